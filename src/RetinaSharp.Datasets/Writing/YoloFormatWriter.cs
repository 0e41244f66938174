using System.Globalization;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RetinaSharp.Datasets.Writing;

/// <summary>
/// Writes YOLO datasets. Fractions have ten decimals, so that a box read from them is exact to .00001 pixels in images of up to 100,000 pixels.
/// Beside <c>data.yaml</c>, <c>classes.txt</c> has the class names, for labeling tools.
/// </summary>
internal sealed class YoloFormatWriter : IFormatWriter
{
    private const string Fraction = "0.##########";

    public string Name => "YOLO";

    public FormatFeatures Features => FormatFeatures.ClassList | FormatFeatures.EqualClassNames | FormatFeatures.UnknownSizes | FormatFeatures.AnyClassName;

    public string? FileExtension => null;

    public bool IsFlat => false;

    // Readers find a label file by the path of its image.
    public bool CanNameOriginals => false;

    public string ImageFolder(string? split) => Path.Combine("images", split ?? "");

    public string OriginalsBase(string? split, string name) => throw new NotSupportedException();

    // The last folder "images" of a path is replaced by "labels", so that there must be no further one.
    public string Rename(string name) => string.Join('/', name.Split('/') is [.. var folders, var file]
        ? [.. folders.Where(folder => !folder.Equals("images", StringComparison.OrdinalIgnoreCase)), file]
        : [name]);

    public void Write(string folder, IReadOnlyList<TargetSplit> splits, CancellationToken cancellationToken)
    {
        var categories = splits[0].Dataset.Categories;
        foreach (var split in splits)
        {
            var labels = Path.Combine(folder, "labels", split.Name ?? "");
            Directory.CreateDirectory(labels);
            Directory.CreateDirectory(Path.Combine(folder, ImageFolder(split.Name)));
            foreach (var target in split.Images)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var path = Path.Combine(labels, target.Stem + ".txt");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, Labels(target.Image));
            }
        }

        File.WriteAllLines(Path.Combine(folder, "classes.txt"), categories.Select(category => category.Name.ReplaceLineEndings(" ")));
        File.WriteAllText(Path.Combine(folder, "data.yaml"), Yaml(splits, categories));
    }

    private static string Labels(AnnotatedImage image)
    {
        var text = new StringBuilder();
        foreach (var annotation in image.Annotations)
        {
            var box = annotation.Box;
            if (image.Width == 0 || image.Height == 0)
                throw new DatasetException(image.Path, "", "the size of the image is unknown, and YOLO has boxes as fractions of it: the image file is needed");
            var (left, right) = (Math.Clamp(box.X, 0, image.Width), Math.Clamp(box.X + box.Width, 0, image.Width));
            var (top, bottom) = (Math.Clamp(box.Y, 0, image.Height), Math.Clamp(box.Y + box.Height, 0, image.Height));
            if (box.Width < 0 || box.Height < 0 || BoxCheck.Find(box, image.Width, image.Height) == BoxFault.Outside)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"{annotation.Category} {Text((left + right) / 2 / image.Width)} {Text((top + bottom) / 2 / image.Height)} ");
            text.Append(CultureInfo.InvariantCulture, $"{Text((right - left) / image.Width)} {Text((bottom - top) / image.Height)}\n");
        }

        return text.ToString();

        static string Text(double fraction) => fraction.ToString(Fraction, CultureInfo.InvariantCulture);
    }

    private static string Yaml(IReadOnlyList<TargetSplit> splits, IReadOnlyList<Category> categories)
    {
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        emitter.Emit(new MappingStart(null, null, isImplicit: true, MappingStyle.Block));
        foreach (var split in splits)
        {
            Plain(split.Name is null ? "train" : split.Name);
            Quoted(split.Name is null ? "images" : $"images/{split.Name}");
        }

        Plain("nc");
        Plain(categories.Count.ToString(CultureInfo.InvariantCulture));
        Plain("names");
        emitter.Emit(new MappingStart(null, null, isImplicit: true, MappingStyle.Block));
        for (var i = 0; i < categories.Count; i++)
        {
            Plain(i.ToString(CultureInfo.InvariantCulture));
            Quoted(categories[i].Name);
        }

        emitter.Emit(new MappingEnd());
        emitter.Emit(new MappingEnd());
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();

        void Plain(string value) => emitter.Emit(new Scalar(null, null, value, ScalarStyle.Any, isPlainImplicit: true, isQuotedImplicit: true));

        void Quoted(string value) => emitter.Emit(new Scalar(null, null, value, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true));
    }
}
