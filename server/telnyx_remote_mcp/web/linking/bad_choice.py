"""The error for a form that is filled in wrongly."""


class BadChoice(ValueError):
    """The form is filled in wrongly. The text tells the person what to do; `field` is the field with the mistake."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field
