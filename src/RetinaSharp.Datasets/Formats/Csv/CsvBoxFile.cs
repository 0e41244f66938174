using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Parses a CSV file with a box per row. All rows with the same file name are one image.</summary>
internal sealed class CsvBoxFile
{
    /// <summary>Range of the coordinates of boxes as fractions of the image, with a tolerance for boxes over the border.</summary>
    private const double MinFraction = -.01, MaxFraction = 1.01;

    private readonly CsvReader _csv;
    private readonly CsvLayout _layout;
    private readonly List<(string FileName, string Location, int Width, int Height, List<ParsedObject> Objects)> _images = [];
    private readonly Dictionary<string, int> _indexOfImage = [];
    private readonly Notes _notes = new();

    private CsvBoxFile(CsvReader csv, CsvLayout layout) => (_csv, _layout) = (csv, layout);

    public static ParsedDataset Read(string path, ProblemLog log)
    {
        using var csv = new CsvReader(path);
        if (!csv.Read() || CsvLayout.Detect(csv.Fields) is not { } layout)
            throw new DatasetException(path, "line 1", "the columns are not known: name them filename, class, xmin, ymin, xmax and ymax");
        var file = new CsvBoxFile(csv, layout);
        for (var hasRow = !layout.HasHeader || csv.Read(); hasRow; hasRow = csv.Read())
            ItemErrors.Collect(log, file.ReadRow);

        var isNormalized = file.IsNormalized();
        if (isNormalized)
            log.AddWarning(path, "", "all coordinates are at most 1, some are fractions: they are read as fractions of the image's width and height");
        file._notes.Report(path, log);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return new()
        {
            Format = "CSV",
            Path = path,
            Classes = CsvClassFile.Find(folder) is { } classes ? CsvClassFile.Read(classes) : null,
            ImageFolders = ImageFolders.Near(folder),
            Images =
            [
                .. file._images.Select(image => new ParsedImage
                {
                    FileName = image.FileName,
                    Location = image.Location,
                    Width = image.Width,
                    Height = image.Height,
                    Objects = isNormalized ? [.. image.Objects.Select(item => item with { IsNormalized = true })] : image.Objects,
                }),
            ],
        };
    }

    private void ReadRow()
    {
        var fileName = _csv[_layout.File];
        if (fileName.Length == 0)
            throw Fail("has no file name");
        if (!_indexOfImage.TryGetValue(fileName, out var index))
        {
            index = _images.Count;
            _indexOfImage.Add(fileName, index);
            _images.Add((fileName, _csv.Location, Side(_layout.Width), Side(_layout.Height), []));
        }

        // A row without box is an image without objects.
        if (_csv[_layout.Left].Length + _csv[_layout.Top].Length + _csv[_layout.Right].Length + _csv[_layout.Bottom].Length == 0)
            return;
        var (left, top, right, bottom) = (Number("left edge", _layout.Left), Number("top edge", _layout.Top), Number("right edge", _layout.Right), Number("bottom edge", _layout.Bottom));
        if (_layout.HasBoxSize)
            (right, bottom) = (left + right, top + bottom);
        var name = _csv[_layout.Class];
        if (_layout.Class < 0)
        {
            _notes.Add(ShapeNotes.WithoutAnyLabel);
            name = ShapeNotes.OnlyClass;
        }

        if (name.Length == 0)
            throw Fail("has a box, but no class");
        _images[index].Objects.Add(new(name, left, top, right, bottom, _csv.Location));
    }

    private bool IsNormalized()
    {
        var coordinates = _images.SelectMany(image => image.Objects).SelectMany<ParsedObject, double>(item => [item.Left, item.Top, item.Right, item.Bottom]);
        return coordinates.All(value => value is >= MinFraction and <= MaxFraction) && coordinates.Any(value => value != Math.Truncate(value));
    }

    private double Number(string what, int column) => _csv.TryParse(_csv[column], out var number)
        ? number
        : throw Fail(column < _csv.Fields.Count ? $"the {what} \"{Short(_csv[column])}\" is not a number of pixels" : $"has {_csv.Fields.Count} fields, and none with the {what}");

    // An invalid size counts as missing: it is then read from the image header.
    private int Side(int column) => _csv.TryParse(_csv[column], out var side) && side >= 1 ? (int)side : 0;

    private DatasetException Fail(string reason) => new(_csv.File, _csv.Location, reason);

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
