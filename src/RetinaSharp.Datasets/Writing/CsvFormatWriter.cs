using System.Globalization;
using System.Text;

namespace RetinaSharp.Datasets.Writing;

/// <summary>
/// Writes CSV files with the columns of the TensorFlow Object Detection API, a line per box. An image without boxes has a line with empty
/// columns <c>class</c> to <c>ymax</c>. Fields are quoted as RFC 4180 says.
/// </summary>
internal sealed class CsvFormatWriter : IFormatWriter
{
    private const string FileName = "_annotations.csv", Header = "filename,width,height,class,xmin,ymin,xmax,ymax";

    public string Name => "CSV";

    public FormatFeatures Features => FormatFeatures.BoxesBeyondImages | FormatFeatures.AnyClassName | FormatFeatures.NegativeSizes;

    public string? FileExtension => ".csv";

    public bool IsFlat => false;

    public bool CanNameOriginals => true;

    public string ImageFolder(string? split) => split ?? "";

    public string OriginalsBase(string? split, string name) => ImageFolder(split);

    public void Write(string folder, IReadOnlyList<TargetSplit> splits, CancellationToken cancellationToken)
    {
        foreach (var split in splits)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Directory.CreateDirectory(Path.Combine(folder, ImageFolder(split.Name)));
            WriteFile(Path.Combine(folder, ImageFolder(split.Name), FileName), split);
        }
    }

    public void WriteFile(string path, TargetSplit split)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        writer.WriteLine(Header);
        foreach (var target in split.Images)
        {
            var image = string.Create(CultureInfo.InvariantCulture, $"{Field(target.Original ?? target.Name)},{target.Image.Width},{target.Image.Height}");
            if (target.Image.Annotations.Count == 0)
                writer.WriteLine($"{image},,,,,");
            foreach (var annotation in target.Image.Annotations)
            {
                var box = annotation.Box;
                double[] corners = [box.X, box.Y, box.X + box.Width, box.Y + box.Height];
                writer.WriteLine($"{image},{Field(split.Dataset.Categories[annotation.Category].Name)},{string.Join(',', corners.Select(TextNumber.Exact))}");
            }
        }
    }

    private static string Field(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") >= 0 || text.Length != text.Trim().Length ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
}
