using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Collects the images of a file of the VGG Image Annotator, and chooses the attribute that has the classes: attributes are defined by the user
/// of the tool.
/// </summary>
/// <param name="path">Path of the file.</param>
internal sealed class ViaImages(string path)
{
    private static readonly string[] ClassAttributes = ["class", "label", "type", "name", "category", "object", "class_name"];

    private readonly List<(string FileName, string Location, List<ViaRegion> Regions)> _images = [];
    private readonly Dictionary<string, int> _indexOfName = [];

    /// <summary>Counts regions that are not boxes.</summary>
    public Notes Notes { get; } = new();

    /// <summary>Adds an image without regions.</summary>
    /// <returns>The list for its regions.</returns>
    public List<ViaRegion> Add(string fileName, string location)
    {
        _images.Add((fileName, location, []));
        return _images[^1].Regions;
    }

    /// <summary>Returns the list for the regions of an image, which is added if it does not exist yet.</summary>
    public List<ViaRegion> GetOrAdd(string fileName, string location)
    {
        if (_indexOfName.TryGetValue(fileName, out var index))
            return _images[index].Regions;
        _indexOfName.Add(fileName, _images.Count);
        return Add(fileName, location);
    }

    public ParsedDataset Build(ProblemLog log)
    {
        var attribute = ChooseAttribute(log);
        var images = _images.Select(image => new ParsedImage
        {
            FileName = image.FileName,
            Location = image.Location,
            Objects = [.. image.Regions.Select(region => ToObject(region, attribute)).OfType<ParsedObject>()],
        }).ToArray();
        Notes.Report(path, log);
        return new() { Format = "VGG Image Annotator", Path = path, Images = images, ImageFolders = ImageFolders.Near(Path.GetDirectoryName(Path.GetFullPath(path))!) };
    }

    private ParsedObject? ToObject(ViaRegion region, string? attribute)
    {
        if (attribute is null)
        {
            Notes.Add(ShapeNotes.WithoutAnyLabel);
            return region.Bounds.ToObject(ShapeNotes.OnlyClass, region.Location);
        }

        if (region.Attributes.FirstOrDefault(pair => pair.Key == attribute).Value is { } label)
            return region.Bounds.ToObject(label, region.Location);
        Notes.Add(ShapeNotes.WithoutLabel);
        return null;
    }

    /// <summary>Returns the attribute that has the classes: the only one, or one with a usual name. Returns null if no region has attributes.</summary>
    private string? ChooseAttribute(ProblemLog log)
    {
        var names = _images.SelectMany(image => image.Regions).SelectMany(region => region.Attributes).Select(pair => pair.Key).Distinct().ToArray();
        if (names.Length <= 1)
            return names.FirstOrDefault();
        var chosen = ClassAttributes.Select(usual => Array.Find(names, name => name.Trim().Equals(usual, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(name => name is not null);
        if (chosen is null)
        {
            chosen = names[0];
            log.AddWarning(path, "region_attributes", $"the attributes are {string.Join(", ", names.Take(8))}: using \"{chosen}\" as the class; rename the attribute with the classes to \"class\" if it is another one");
        }

        return chosen;
    }
}
