"""What the insights service does when it hears of others: it hears everything."""

from services.insights.commands import hearing
from shared.kernel.messaging import Handlers

on = Handlers("insights-log")


on.every_event(hearing.hear)
