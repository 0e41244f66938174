using System.Xml;
using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets.Writing;

/// <summary>
/// Writes Pascal VOC datasets. Corners are written as the edges of the box, from 0 and with decimals: readers get the same box, up to the
/// rounding of fp64.
/// </summary>
internal sealed class VocFormatWriter : IFormatWriter
{
    private const string AnnotationFolder = "Annotations", ImageFolderName = "JPEGImages";

    // The split that readers of VOC use if none is named.
    private const string WholeSplit = "trainval";

    public string Name => "Pascal VOC";

    public FormatFeatures Features => FormatFeatures.Difficult | FormatFeatures.BoxesBeyondImages | FormatFeatures.NegativeSizes;

    public string? FileExtension => null;

    public bool IsFlat => true;

    public bool CanNameOriginals => true;

    public string ImageFolder(string? split) => ImageFolderName;

    public string OriginalsBase(string? split, string name) => ImageFolderName;

    // Readers of the lists of images trim the lines.
    public string Rename(string name) => Path.GetExtension(name) is var extension ? name[..^extension.Length].Trim() + extension : name;

    public void Write(string folder, IReadOnlyList<TargetSplit> splits, CancellationToken cancellationToken)
    {
        var lists = Path.Combine(folder, "ImageSets", "Main");
        Directory.CreateDirectory(lists);
        Directory.CreateDirectory(Path.Combine(folder, ImageFolderName));
        var annotations = Directory.CreateDirectory(Path.Combine(folder, AnnotationFolder)).FullName;
        foreach (var split in splits)
        {
            File.WriteAllLines(Path.Combine(lists, $"{split.Name ?? WholeSplit}.txt"), split.Images.Select(target => target.Stem));
            foreach (var target in split.Images)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var writer = XmlWriter.Create(Path.Combine(annotations, target.Stem + ".xml"), XmlNames.Settings);
                Write(writer, target, split.Dataset.Categories);
            }
        }
    }

    private static void Write(XmlWriter writer, TargetImage target, IReadOnlyList<Category> categories)
    {
        writer.WriteStartElement(VocFile.RootElement);
        writer.WriteElementString("folder", ImageFolderName);
        writer.WriteElementString("filename", XmlNames.Clean(target.Original ?? target.Name));
        writer.WriteStartElement("source");
        writer.WriteElementString("database", "Unknown");
        writer.WriteEndElement();
        writer.WriteStartElement("size");
        WriteNumber("width", target.Image.Width);
        WriteNumber("height", target.Image.Height);
        WriteNumber("depth", 3);
        writer.WriteEndElement();
        WriteNumber("segmented", 0);
        foreach (var annotation in target.Image.Annotations)
        {
            writer.WriteStartElement("object");
            writer.WriteElementString("name", XmlNames.Clean(categories[annotation.Category].Name));
            writer.WriteElementString("pose", "Unspecified");
            WriteNumber("truncated", 0);
            WriteNumber("difficult", annotation.IsDifficult ? 1 : 0);
            writer.WriteStartElement("bndbox");
            WriteNumber("xmin", annotation.Box.X);
            WriteNumber("ymin", annotation.Box.Y);
            WriteNumber("xmax", annotation.Box.X + annotation.Box.Width);
            WriteNumber("ymax", annotation.Box.Y + annotation.Box.Height);
            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        writer.WriteEndElement();

        void WriteNumber(string name, double value) => writer.WriteElementString(name, TextNumber.Exact(value));
    }
}
