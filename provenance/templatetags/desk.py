"""How the desk shows what vendors sent: one line, bounded, with nothing hidden in it."""

from django import template

from provenance import printable as rules

register = template.Library()


@register.filter
def printable(value: object) -> str:
    return rules.printable(value)
