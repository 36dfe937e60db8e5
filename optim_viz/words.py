"""Sentences the core says, kept translatable without knowing any language but English."""


class Text(str):
    """An English sentence that remembers its template and values, so that a page can say it in another language.

    `Text("{n} steps", n=3)` equals "3 steps"; `.template` is the msgid, `.values` what fills it.
    """

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> "Text":
        text = super().__new__(cls, template.format(**values) if values else template)
        text.template, text.values = template, values
        return text

    def __reduce__(self):  # a str subclass loses its attributes when pickled (caches, worker processes)
        return _rebuild, (self.template, self.values)


def _rebuild(template: str, values: dict[str, object]) -> Text:
    return Text(template, **values)
