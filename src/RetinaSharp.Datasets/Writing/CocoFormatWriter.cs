namespace RetinaSharp.Datasets.Writing;

/// <summary>Writes COCO datasets. Image names are relative to the image folder of the split, as COCO's tools expect.</summary>
internal sealed class CocoFormatWriter : IFormatWriter
{
    private const string AnnotationFolder = "annotations";

    public string Name => "COCO";

    public FormatFeatures Features => FormatFeatures.Ids | FormatFeatures.Areas | FormatFeatures.Crowds | FormatFeatures.Difficult | FormatFeatures.ClassList
        | FormatFeatures.EqualClassNames | FormatFeatures.BoxesBeyondImages | FormatFeatures.UnknownSizes | FormatFeatures.AnyClassName | FormatFeatures.NegativeSizes;

    public string? FileExtension => ".json";

    public bool IsFlat => false;

    public bool CanNameOriginals => true;

    public string ImageFolder(string? split) => Path.Combine("images", split ?? "");

    public string OriginalsBase(string? split, string name) => AnnotationFolder;

    public void Write(string folder, IReadOnlyList<TargetSplit> splits, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder, AnnotationFolder));
        foreach (var split in splits)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteFile(Path.Combine(folder, AnnotationFolder, split.Name is null ? "instances.json" : $"instances_{split.Name}.json"), split);
        }
    }

    public void WriteFile(string path, TargetSplit split) =>
        CocoWriter.Write(path, split.Dataset with { Images = [.. split.Images.Select(target => target.Image with { FileName = target.Original ?? target.Name })] });
}
