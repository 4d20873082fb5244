import os

# Before numpy is read in: the matrices of media.align are small, and threads that wait for each other over them take
# three times the processor's time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
