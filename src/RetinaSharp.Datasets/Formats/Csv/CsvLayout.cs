using System.Globalization;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// The columns of a CSV file with a box per row, by index; -1 if there is none. They are found by the names in the header, or without a header
/// by the content of the first row.
/// </summary>
internal sealed record CsvLayout
{
    private const int None = -1;

    private static readonly string[] FileNames = ["filename", "file", "imagename", "imagefilename", "imagepath", "filepath", "path", "image", "img", "imgname", "imgpath", "imageid", "name"];
    private static readonly string[] ClassNames = ["class", "label", "classname", "labelname", "category", "categoryname", "classlabel", "object", "type", "name"];
    private static readonly string[] LeftNames = ["xmin", "x1", "left", "xtl", "bboxxmin", "minx", "x0"];
    private static readonly string[] TopNames = ["ymin", "y1", "top", "ytl", "bboxymin", "miny", "y0"];
    private static readonly string[] RightNames = ["xmax", "x2", "right", "xbr", "bboxxmax", "maxx"];
    private static readonly string[] BottomNames = ["ymax", "y2", "bottom", "ybr", "bboxymax", "maxy"];

    public required int File { get; init; }

    public int Class { get; init; } = None;

    public required int Left { get; init; }

    public required int Top { get; init; }

    /// <summary>The right edge, or the width of the box if <see cref="HasBoxSize"/> is set.</summary>
    public required int Right { get; init; }

    /// <summary>The bottom edge, or the height of the box if <see cref="HasBoxSize"/> is set.</summary>
    public required int Bottom { get; init; }

    /// <summary>The width of the image.</summary>
    public int Width { get; init; } = None;

    /// <summary>The height of the image.</summary>
    public int Height { get; init; } = None;

    public bool HasBoxSize { get; init; }

    public bool HasHeader { get; init; }

    /// <summary>Returns the layout; null if the row is neither a header nor a row of a known layout.</summary>
    /// <param name="row">The first row of the file.</param>
    public static CsvLayout? Detect(IReadOnlyList<string> row) => FromHeader(row) ?? FromRow(row);

    private static CsvLayout? FromHeader(IReadOnlyList<string> row)
    {
        var names = row.Select(name => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant()).ToArray();
        var file = Find(FileNames);
        var layout = new CsvLayout
        {
            File = file,
            Class = Array.FindIndex(ClassNames, name => Array.IndexOf(names, name) is >= 0 and var index && index != file) is var found and >= 0 ? Array.IndexOf(names, ClassNames[found]) : None,
            Left = Find(LeftNames),
            Top = Find(TopNames),
            Right = Find(RightNames),
            Bottom = Find(BottomNames),
            Width = Find(["width", "imagewidth", "imgwidth", "imgw"]),
            Height = Find(["height", "imageheight", "imgheight", "imgh"]),
            HasHeader = true,
        };
        if (Array.IndexOf(names, "x0") >= 0)
            layout = layout with { Left = Find(["x0"]), Top = Find(["y0"]), Right = Find(["x1"]), Bottom = Find(["y1"]) };
        if (layout.Left < 0 && Find(["bboxx", "x"]) is var x and >= 0)
        {
            layout = layout with
            {
                Left = x,
                Top = Find(["bboxy", "y"]),
                Right = Find(["bboxwidth", "bboxw", "w", "width"]),
                Bottom = Find(["bboxheight", "bboxh", "h", "height"]),
                HasBoxSize = true,
            };
            // Columns width and height are those of the box if there are no others.
            layout = layout with { Width = layout.Width == layout.Right ? None : layout.Width, Height = layout.Height == layout.Bottom ? None : layout.Height };
        }

        return layout is { File: >= 0, Left: >= 0, Top: >= 0, Right: >= 0, Bottom: >= 0 } ? layout : null;

        int Find(string[] synonyms) => synonyms.Select(name => Array.IndexOf(names, name)).FirstOrDefault(index => index >= 0, None);
    }

    private static CsvLayout? FromRow(IReadOnlyList<string> row)
    {
        // keras-retinanet: path,x1,y1,x2,y2,class.
        if (row.Count == 6 && row[0].Length > 0 && (IsNumbers(1, 4) || (ImageFiles.IsImage(row[0]) && row.Skip(1).All(field => field.Length == 0))))
            return new() { File = 0, Left = 1, Top = 2, Right = 3, Bottom = 4, Class = 5 };
        // The TensorFlow layout without header: filename,width,height,class,xmin,ymin,xmax,ymax.
        if (row.Count == 8 && ImageFiles.IsImage(row[0]) && IsNumbers(1, 2) && IsNumbers(4, 7))
            return new() { File = 0, Width = 1, Height = 2, Class = 3, Left = 4, Top = 5, Right = 6, Bottom = 7 };
        // makesense.ai: label,x,y,width,height,image,image width,image height.
        return row.Count == 8 && ImageFiles.IsImage(row[5]) && IsNumbers(1, 4)
            ? new() { Class = 0, Left = 1, Top = 2, Right = 3, Bottom = 4, HasBoxSize = true, File = 5, Width = 6, Height = 7 }
            : null;

        bool IsNumbers(int first, int last) =>
            Enumerable.Range(first, last - first + 1).All(i => double.TryParse(row[i].Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _));
    }
}
