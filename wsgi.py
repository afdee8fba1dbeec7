"""The demo host as a WSGI application, for `flask --app wsgi run` and gunicorn. Importing it starts nothing."""

from huma_tripletex.demo import create_app

app = create_app()
