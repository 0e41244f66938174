using System.CommandLine;
using RetinaSharp.Datasets.Writing;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Options;

/// <summary>Creates the options that several verbs share.</summary>
internal static class SharedOptions
{
    private const string DefaultPreset = "small";

    // Long side per short side when only the short side is given. Detectron's proportion: 1333 for a short side of 800.
    private const double LongPerShort = 1333 / 800.0;

    public static Option<bool> Json() => CliOption.Flag("--json", "Write one JSON document to stdout.");

    public static Option<ImageHandling> ImageFiles() => CliOption.Choice("--image-files",
        "Image files in the written dataset: copies, hard links, or none, so that it names the originals. The default is copy; none if --out is one file.",
        ("copy", ImageHandling.Copy), ("link", ImageHandling.Link), ("none", ImageHandling.None));

    public static Option<string> Preset() =>
        CliOption.Choice("--preset", "Settings to start from.", [.. Presets.Names.Select(name => (name, name))]).WithDefault(DefaultPreset);

    public static Option<InputSize> Size() => CliOption.Parsed("--size", "SHORTxLONG",
        "Scale the short side of an image to SHORT, or less if the long side would exceed LONG; one number is the short side. N! stretches images to N x N pixels.", ParseSize);

    /// <summary>Creates the option of verbs that treat images as sliced training does, which decides how large boxes are at the input size.</summary>
    public static Option<int> DataTile() => CliOption.Parsed("--tile", "N", "As training with --tile: images and their overlapping slices of N pixels, scaled to the input size.", text =>
    {
        var side = CliOption.ParseNumber<int>(text);
        ImageSlices.ValidateSide(side);
        return side;
    });

    public static Option<int> Batch(int defaultValue) => CliOption.Integer("--batch", "Images per forward pass.", min: 1).WithDefault(defaultValue);

    public static Option<double> ScoreThreshold() => CliOption.Number("--score-threshold", "Drop detections with this score or less. The default is the model's threshold, usually 0.05.");

    public static Option<double> Nms() => CliOption.Number("--nms", "IoU threshold of --suppression: above it, non-maximum suppression removes the lower-scoring of two boxes of a class.", "IOU");

    /// <summary>Creates --suppression with the kinds that the verb supports.</summary>
    public static Option<SuppressionKind> Suppression(IEnumerable<(string Name, SuppressionKind Value)> kinds) => CliOption.Choice("--suppression",
        "How duplicate boxes of an object are removed. The default is the model's, usually nms: class by class. none keeps the boxes with the highest scores.", [.. kinds]);

    public static Option<int> MaxDetections() => CliOption.Integer("--max-detections", "Maximum number of detections per image.");

    /// <summary>Parses a size such as "800x1333" or "800,1333". If only the short side is given, the long side is 1333 / 800 times as long. "800!" is a square.</summary>
    private static InputSize ParseSize(string text)
    {
        var size = text.Split('x', ',') switch
        {
            [[.. var side, '!']] => InputSize.Square(Side(side)),
            [var side] when Side(side) is var shortSide => new InputSize(shortSide, (int)Math.Min(Math.Round(shortSide * LongPerShort), int.MaxValue)),
            [var shortSide, var longSide] => new InputSize(Side(shortSide), Side(longSide)),
            _ => throw Invalid(),
        };
        size.Validate();
        return size;

        int Side(string side) => int.TryParse(side, out var pixels) ? pixels : throw Invalid();

        FormatException Invalid() => new($"'{text}' is not a size such as 800 or 800x1333");
    }
}
