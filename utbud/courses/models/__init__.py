"""Courses: what is offered (page), when (run, quota, occasion), who comes (registration), how it went."""

from utbud.courses.models.evaluations import Evaluation
from utbud.courses.models.pages import CourseIndexPage, CoursePage
from utbud.courses.models.registrations import (
    Attendance,
    Participant,
    Registration,
    RegistrationChange,
)
from utbud.courses.models.runs import Occasion, Quota, Run

__all__ = [
    "Attendance",
    "CourseIndexPage",
    "CoursePage",
    "Evaluation",
    "Occasion",
    "Participant",
    "Quota",
    "Registration",
    "RegistrationChange",
    "Run",
]
