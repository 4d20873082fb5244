"""Addresses of guides in the staff side. Included by wagtail_hooks."""

from django.urls import path

from utbud.guides.staff_views import editor, filming, from_film, listing, partners, pictures

admin_urlpatterns = [
    path("guider/", listing.guides_page, name="guides"),
    path("guider/sprak/<int:page_id>/", editor.check, name="guides_check"),
    path("guider/fran-film/", from_film.choose_film, name="guides_choose_film"),
    path("guider/fran-film/<int:film_id>/", from_film.from_film, name="guides_from_film"),
    path("guider/bild/<int:pk>/", pictures.source, name="guides_picture_source"),
    path("guider/<int:page_id>/bilder/", pictures.pictures_page, name="guides_pictures"),
    path("guider/<int:page_id>/bilder/<int:pk>/glom/", pictures.forget, name="guides_forget_picture"),
    path("guider/<int:page_id>/bilder/<str:step>/", pictures.choose_page, name="guides_choose_picture"),
    path("guider/<int:page_id>/bilder/<str:step>/igen/", pictures.again, name="guides_mark_again"),
    path(
        "guider/<int:page_id>/bilder/<str:step>/ta-bort/", pictures.take_out, name="guides_take_out_picture"
    ),
    path("guider/<int:page_id>/bilder/<str:step>/<int:pk>/", pictures.mark_page, name="guides_mark"),
    path("guider/<int:page_id>/film/", filming.film_page, name="guides_film"),
    path("guider/<int:page_id>/film/lage.json", filming.film_state, name="guides_film_state"),
    path("guider/<int:page_id>/partner/", partners.partners_page, name="guides_partners"),
    path("guider/partner/<int:pk>/last/", partners.seen, name="guides_partner_seen"),
    path("guider/partner/<int:pk>/avsluta/", partners.close, name="guides_partner_close"),
    path("guider/partner/<int:pk>/igen/", partners.send_again, name="guides_partner_again"),
]
