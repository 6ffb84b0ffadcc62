"""The HTTP routes of the engagement service, one module per resource."""

from services.engagement.routes import contacts, interactions

routers = [contacts.router, interactions.router]
