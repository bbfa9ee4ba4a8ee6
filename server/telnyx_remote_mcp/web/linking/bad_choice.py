"""A form that is filled in wrongly."""


class BadChoice(ValueError):
    """The form is filled in wrongly; the text tells the person what to do. `field` is the one that it is about."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field
