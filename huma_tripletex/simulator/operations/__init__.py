"""The operations of the API, one module per resource, and the list of all their routes."""
