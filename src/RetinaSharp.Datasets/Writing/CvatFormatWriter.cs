using System.Globalization;
using System.Xml;

namespace RetinaSharp.Datasets.Writing;

/// <summary>
/// Writes datasets in the format "CVAT for images 1.1". The splits are CVAT's subsets. Crowds and difficult objects are attributes of their
/// boxes, which CVAT imports if the labels of the task have attributes of these names.
/// </summary>
internal sealed class CvatFormatWriter : IFormatWriter
{
    private const string Version = "1.1";

    public string Name => "CVAT";

    public FormatFeatures Features => FormatFeatures.Crowds | FormatFeatures.Difficult | FormatFeatures.ClassList | FormatFeatures.BoxesBeyondImages | FormatFeatures.NegativeSizes;

    public string? FileExtension => ".xml";

    public bool IsFlat => false;

    public bool CanNameOriginals => true;

    // The images of all splits: their names in the file do not have the split.
    public string ImageFolder(string? split) => "images";

    public string OriginalsBase(string? split, string name) => "";

    public void Write(string folder, IReadOnlyList<TargetSplit> splits, CancellationToken cancellationToken) =>
        Write(Path.Combine(folder, "annotations.xml"), splits);

    public void WriteFile(string path, TargetSplit split) => Write(path, [split]);

    private static void Write(string path, IReadOnlyList<TargetSplit> splits)
    {
        using var writer = XmlWriter.Create(path, XmlNames.Settings);
        writer.WriteStartElement("annotations");
        writer.WriteElementString("version", Version);
        var flags = splits.SelectMany(split => split.Images).SelectMany(target => target.Image.Annotations).SelectMany(Flags).Distinct().Order(StringComparer.Ordinal).ToArray();
        WriteMeta(writer, splits, flags);
        var id = 0;
        foreach (var split in splits)
            foreach (var target in split.Images)
                WriteImage(writer, id++, split, target, flags);
        writer.WriteEndElement();
    }

    private static void WriteMeta(XmlWriter writer, IReadOnlyList<TargetSplit> splits, string[] flags)
    {
        var isProject = splits[0].Name is not null;
        writer.WriteStartElement("meta");
        writer.WriteStartElement(isProject ? "project" : "task");
        writer.WriteElementString("size", splits.Sum(split => split.Images.Count).ToString(CultureInfo.InvariantCulture));
        if (isProject)
            writer.WriteElementString("subsets", string.Join('\n', splits.Select(split => split.Name)));
        writer.WriteStartElement("labels");
        foreach (var name in splits[0].Dataset.Categories.Select(category => XmlNames.Clean(category.Name)).Distinct())
        {
            writer.WriteStartElement("label");
            writer.WriteElementString("name", name);
            writer.WriteElementString("type", "any");
            writer.WriteStartElement("attributes");
            foreach (var flag in flags)
            {
                writer.WriteStartElement("attribute");
                writer.WriteElementString("name", flag);
                writer.WriteElementString("mutable", "False");
                writer.WriteElementString("input_type", "checkbox");
                writer.WriteElementString("default_value", "false");
                writer.WriteElementString("values", "false");
                writer.WriteEndElement();
            }

            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void WriteImage(XmlWriter writer, int id, TargetSplit split, TargetImage target, string[] flags)
    {
        writer.WriteStartElement("image");
        writer.WriteAttributeString("id", id.ToString(CultureInfo.InvariantCulture));
        writer.WriteAttributeString("name", XmlNames.Clean(target.Original ?? target.Name));
        if (split.Name is not null)
            writer.WriteAttributeString("subset", split.Name);
        writer.WriteAttributeString("width", target.Image.Width.ToString(CultureInfo.InvariantCulture));
        writer.WriteAttributeString("height", target.Image.Height.ToString(CultureInfo.InvariantCulture));
        foreach (var annotation in target.Image.Annotations)
        {
            writer.WriteStartElement("box");
            writer.WriteAttributeString("label", XmlNames.Clean(split.Dataset.Categories[annotation.Category].Name));
            writer.WriteAttributeString("source", "manual");
            writer.WriteAttributeString("occluded", "0");
            writer.WriteAttributeString("xtl", TextNumber.Exact(annotation.Box.X));
            writer.WriteAttributeString("ytl", TextNumber.Exact(annotation.Box.Y));
            writer.WriteAttributeString("xbr", TextNumber.Exact(annotation.Box.X + annotation.Box.Width));
            writer.WriteAttributeString("ybr", TextNumber.Exact(annotation.Box.Y + annotation.Box.Height));
            writer.WriteAttributeString("z_order", "0");
            var own = Flags(annotation).ToArray();
            foreach (var flag in flags)
            {
                writer.WriteStartElement("attribute");
                writer.WriteAttributeString("name", flag);
                writer.WriteString(own.Contains(flag) ? "true" : "false");
                writer.WriteEndElement();
            }

            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    private static IEnumerable<string> Flags(Annotation annotation)
    {
        if (annotation.IsCrowd)
            yield return "crowd";
        if (annotation.IsDifficult)
            yield return "difficult";
    }
}
