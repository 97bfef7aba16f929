"""Tests as `unittest` runs them: cases in the order of their names, its report on stderr."""
import re
import sys
import traceback


class SkipTest(Exception):
    pass


class _Raises:
    def __init__(self, case, wanted, pattern=None, by=None):
        self.case, self.wanted, self.pattern, self.by = case, wanted, pattern, by

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            names = self.wanted if isinstance(self.wanted, tuple) else (self.wanted,)
            raise self.case.failureException(f"{' or '.join(name.__name__ for name in names)} not raised{f' by {self.by}' if self.by else ''}")
        if not isinstance(error, self.wanted):
            return False
        self.exception = error
        if self.pattern is not None and not re.search(self.pattern, str(error)):
            raise self.case.failureException(f'"{self.pattern}" does not match "{error}"')
        return True


class _SubTest:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


class TestCase:
    failureException = AssertionError
    maxDiff = 640

    def __init__(self, methodName="runTest"):
        self._name = methodName

    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def id(self):
        return f"{type(self).__module__}.{type(self).__qualname__}.{self._name}"

    def __str__(self):
        return f"{self._name} ({self.id()})"

    def shortDescription(self):
        doc = getattr(self, self._name).__doc__
        return doc.strip().split("\n")[0].strip() if doc else None

    def subTest(self, msg=None, **params):
        return _SubTest()

    def skipTest(self, reason):
        raise SkipTest(reason)

    def fail(self, msg=None):
        raise self.failureException(msg)

    def _check(self, holds, said, msg):
        if not holds:
            raise self.failureException(said if msg is None else f"{said} : {msg}")

    def assertEqual(self, first, second, msg=None):
        self._check(first == second, f"{first!r} != {second!r}", msg)

    assertListEqual = assertTupleEqual = assertDictEqual = assertSetEqual = assertSequenceEqual = assertMultiLineEqual = assertEqual

    def assertCountEqual(self, first, second, msg=None):
        self._check(sorted(first) == sorted(second), f"Element counts were not equal: {first!r}, {second!r}", msg)

    def assertNotEqual(self, first, second, msg=None):
        self._check(first != second, f"{first!r} == {second!r}", msg)

    def assertTrue(self, expr, msg=None):
        self._check(expr, f"{expr!r} is not true", msg)

    def assertFalse(self, expr, msg=None):
        self._check(not expr, f"{expr!r} is not false", msg)

    def assertIs(self, first, second, msg=None):
        self._check(first is second, f"{first!r} is not {second!r}", msg)

    def assertIsNot(self, first, second, msg=None):
        self._check(first is not second, f"unexpectedly identical: {first!r}", msg)

    def assertIsNone(self, obj, msg=None):
        self._check(obj is None, f"{obj!r} is not None", msg)

    def assertIsNotNone(self, obj, msg=None):
        self._check(obj is not None, "unexpectedly None", msg)

    def assertIn(self, member, container, msg=None):
        self._check(member in container, f"{member!r} not found in {container!r}", msg)

    def assertNotIn(self, member, container, msg=None):
        self._check(member not in container, f"{member!r} unexpectedly found in {container!r}", msg)

    def assertIsInstance(self, obj, cls, msg=None):
        self._check(isinstance(obj, cls), f"{obj!r} is not an instance of {cls!r}", msg)

    def assertNotIsInstance(self, obj, cls, msg=None):
        self._check(not isinstance(obj, cls), f"{obj!r} is an instance of {cls!r}", msg)

    def assertGreater(self, a, b, msg=None):
        self._check(a > b, f"{a!r} not greater than {b!r}", msg)

    def assertGreaterEqual(self, a, b, msg=None):
        self._check(a >= b, f"{a!r} not greater than or equal to {b!r}", msg)

    def assertLess(self, a, b, msg=None):
        self._check(a < b, f"{a!r} not less than {b!r}", msg)

    def assertLessEqual(self, a, b, msg=None):
        self._check(a <= b, f"{a!r} not less than or equal to {b!r}", msg)

    def _near(self, first, second, places, delta):
        if first == second:
            return True, ""
        gap = abs(first - second)
        if delta is not None:
            return gap <= delta, f"within {delta!r} delta ({gap!r} difference)"
        places = 7 if places is None else places
        return round(gap, places) == 0, f"within {places!r} places ({gap!r} difference)"

    def assertAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        near, how = self._near(first, second, places, delta)
        self._check(near, f"{first!r} != {second!r} {how}", msg)

    def assertNotAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        near, _ = self._near(first, second, places, delta)
        self._check(not near, f"{first!r} == {second!r} within {7 if places is None else places!r} places", msg)

    def assertRegex(self, text, expected_regex, msg=None):
        self._check(re.search(expected_regex, text), f"Regex didn't match: {expected_regex!r} not found in {text!r}", msg)

    def assertRaises(self, expected_exception, callable=None, *args, **kwargs):
        context = _Raises(self, expected_exception, None, getattr(callable, "__name__", None))
        if callable is None:
            return context
        with context:
            callable(*args, **kwargs)

    def assertRaisesRegex(self, expected_exception, expected_regex, callable=None, *args, **kwargs):
        context = _Raises(self, expected_exception, expected_regex, getattr(callable, "__name__", None))
        if callable is None:
            return context
        with context:
            callable(*args, **kwargs)


def skip(reason=""):
    def mark(item):
        item.__unittest_skip__ = reason if isinstance(reason, str) else ""
        return item

    return mark(reason) if callable(reason) else mark


def skipIf(condition, reason):
    return skip(reason) if condition else lambda item: item


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


class TestResult:
    def __init__(self):
        self.testsRun = 0
        self.failures, self.errors, self.skipped = [], [], []

    def wasSuccessful(self):
        return not self.failures and not self.errors


class TestSuite:
    def __init__(self, tests=()):
        self.tests = list(tests)

    def addTest(self, test):
        self.tests.append(test)

    def addTests(self, tests):
        self.tests.extend(tests)

    def __iter__(self):
        for test in self.tests:
            if isinstance(test, TestSuite):
                yield from test
            else:
                yield test

    def countTestCases(self):
        return len(list(self))


class TestLoader:
    def loadTestsFromTestCase(self, case):
        return TestSuite(case(name) for name in sorted(dir(case)) if name.startswith("test"))

    def loadTestsFromModule(self, module):
        return self._of(vars(module))

    def _of(self, names):
        cases = [value for _, value in sorted(names.items()) if isinstance(value, type) and issubclass(value, TestCase) and value is not TestCase]
        return TestSuite(self.loadTestsFromTestCase(case) for case in cases)


defaultTestLoader = TestLoader()


def makeSuite(case):
    return defaultTestLoader.loadTestsFromTestCase(case)


class TextTestRunner:
    def __init__(self, stream=None, descriptions=True, verbosity=1, **kwargs):
        self.stream, self.verbosity = stream or sys.stderr, verbosity

    def run(self, suite):
        result = TestResult()
        last = None
        for test in suite:
            if type(test) is not last:
                if last is not None:
                    last.tearDownClass()
                last = type(test)
                last.setUpClass()
            self._one(test, result)
        if last is not None:
            last.tearDownClass()
        self._report(result)
        return result

    def _one(self, test, result):
        result.testsRun += 1
        if self.verbosity > 1:
            self.stream.write(f"{test} ... ")
        method = getattr(test, test._name)
        reason = getattr(method, "__unittest_skip__", getattr(type(test), "__unittest_skip__", None))
        try:
            if reason is not None:
                raise SkipTest(reason)
            test.setUp()
            try:
                method()
            finally:
                test.tearDown()
            letter, word = ".", "ok"
        except SkipTest as why:
            result.testsRun -= 1
            result.skipped.append((test, str(why)))
            letter, word = "s", f"skipped {str(why)!r}"
        except AssertionError:
            result.failures.append((test, traceback.format_exc()))
            letter, word = "F", "FAIL"
        except Exception:
            result.errors.append((test, traceback.format_exc()))
            letter, word = "E", "ERROR"
        self.stream.write(word + "\n" if self.verbosity > 1 else letter)

    def _report(self, result):
        write = self.stream.write
        write("\n")
        for word, found in (("ERROR", result.errors), ("FAIL", result.failures)):
            for test, trace in found:
                about = test.shortDescription()
                write("=" * 70 + f"\n{word}: {test}\n" + (about + "\n" if about else "") + "-" * 70 + f"\n{trace}\n")
        count = result.testsRun
        write("-" * 70 + f"\nRan {count} test{'' if count == 1 else 's'} in 0.000s\n\n")
        counts = [f"{name}={len(found)}" for name, found in (("failures", result.failures), ("errors", result.errors), ("skipped", result.skipped)) if found]
        verdict = "OK" if result.wasSuccessful() else "FAILED"
        write(verdict + (f" ({', '.join(counts)})" if counts else "") + "\n")


class main:
    def __init__(self, module="__main__", argv=None, exit=True, verbosity=1, **kwargs):
        import __main__

        self.result = TextTestRunner(verbosity=verbosity).run(defaultTestLoader.loadTestsFromModule(__main__))
        if exit:
            sys.exit(0 if self.result.wasSuccessful() else 1)
