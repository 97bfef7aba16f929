"""The evaluator as a platform."""


def system():
    return "Linux"


def python_version():
    return "3.12.0"


def platform(*args, **options):
    return "Gradlens"


def machine():
    return ""


def node():
    return ""


processor = release = version = node


def python_implementation():
    return "Gradlens"
