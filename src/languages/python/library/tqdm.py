"""Progress bars, which nobody sees here."""


class tqdm:
    def __init__(self, iterable=None, desc=None, total=None, **options):
        self.iterable = iterable
        self.n = 0
        self.total = total

    def __iter__(self):
        for item in self.iterable:
            self.n += 1
            yield item

    def __len__(self):
        return self.total if self.total is not None else len(self.iterable)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def update(self, n=1):
        self.n += n

    def set_description(self, *args, **options):
        pass

    set_postfix = set_postfix_str = set_description_str = refresh = close = clear = reset = set_description

    @staticmethod
    def write(text, *args, **options):
        print(text)


def trange(*args, **options):
    return tqdm(range(*args), **options)


tqdm_notebook = tqdm
