using System.Globalization;
using System.Xml;

namespace RetinaSharp.Datasets.Formats;

/// <summary>The attributes of a shape in a CVAT file.</summary>
/// <param name="reader">A reader at the element.</param>
/// <param name="path">Path of the file.</param>
/// <param name="line">Line of the element.</param>
internal readonly struct CvatShape(XmlReader reader, string path, int line)
{
    private static readonly string[] CuboidCorners = ["tl1", "bl1", "tr1", "br1", "tl2", "bl2", "tr2", "br2"];

    public string Location { get; } = $"line {line}, <{reader.Name}>";

    public bool IsRotated => Rotation() != 0;

    public string Label() => reader.GetAttribute("label")?.Trim() is { Length: > 0 } label ? label : throw Fail("has no label");

    public Bounds Bounds()
    {
        switch (reader.Name)
        {
            case "box":
                var box = new Bounds(Number("xtl"), Number("ytl"), Number("xbr"), Number("ybr"));
                return IsRotated ? box.Rotate(Rotation(), (box.Left + box.Right) / 2, (box.Top + box.Bottom) / 2) : box;
            case "ellipse":
                return Formats.Bounds.FromEllipse(Number("cx"), Number("cy"), Number("rx"), Number("ry"), Rotation());
            case "mask":
                // The run lengths are those of the bounding box, which has other attributes.
                return Formats.Bounds.FromSize(Number("left"), Number("top"), Number("width"), Number("height"));
            case "cuboid":
                var cuboid = Formats.Bounds.Empty;
                foreach (var corner in CuboidCorners)
                    cuboid = cuboid.Include(Number("x" + corner), Number("y" + corner));
                return cuboid;
            default:
                return Polygon();
        }
    }

    private Bounds Polygon()
    {
        var points = reader.GetAttribute("points") ?? throw Fail("has no points");
        var bounds = Formats.Bounds.Empty;
        foreach (var point in points.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (point.Split(',') is not [var x, var y])
                throw Fail($"the point \"{Short(point)}\" is not \"x,y\"");
            bounds = bounds.Include(Parse("points", x), Parse("points", y));
        }

        return bounds.IsEmpty ? throw Fail("has no points") : bounds;
    }

    private double Rotation() => reader.GetAttribute("rotation") is null ? 0 : Number("rotation");

    private double Number(string name) => Parse(name, reader.GetAttribute(name) ?? throw Fail($"has no {name}"));

    private double Parse(string name, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= int.MaxValue
            ? number
            : throw Fail($"{name} \"{Short(text)}\" is not a number of pixels");

    private DatasetException Fail(string reason) => new(path, Location, reason);

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
