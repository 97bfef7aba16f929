"""Names of types, and a bag of attributes."""


class SimpleNamespace:
    def __init__(self, mapping=(), /, **names):
        self.__dict__.update(dict(mapping))
        for name, value in names.items():
            setattr(self, name, value)

    def __repr__(self):
        return "namespace(" + ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items()) + ")"

    def __eq__(self, other):
        return isinstance(other, SimpleNamespace) and self.__dict__ == other.__dict__


def _f():
    yield


FunctionType = LambdaType = type(_f)
GeneratorType = type(_f())
BuiltinFunctionType = type(len)
MethodType = type([].append)
ModuleType = type(__builtins__) if False else object
NoneType = type(None)


def MappingProxyType(mapping):
    return mapping
