using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Parses <c>images</c>, <c>annotations</c> and <c>categories</c> of a COCO annotation file. Other content, such as masks, is skipped.
/// </summary>
internal sealed class CocoParser
{
    private readonly CocoJson _json;
    private readonly DatasetOptions _options;

    private CocoParser(CocoJson json, DatasetOptions options) => (_json, _options) = (json, options);

    public List<CocoImage> Images { get; } = [];

    public List<Category> Categories { get; } = [];

    /// <summary>Name of a category that is the supercategory of all other categories, as in exports of Roboflow; null if there is none.</summary>
    public string? GroupCategory { get; private set; }

    /// <summary>Image ids that are strings, with the numbers that replace them.</summary>
    public IReadOnlyDictionary<string, long> ImageIds => _imageIds.Numbers;

    /// <summary>Category ids that are strings, with the numbers that replace them.</summary>
    public IReadOnlyDictionary<string, long> CategoryIds => _categoryIds.Numbers;

    /// <summary>Number of annotations whose box is that of their segmentation, because they have no <c>bbox</c>.</summary>
    private int _segmentations;

    private readonly StringIds _imageIds = new();
    private readonly StringIds _categoryIds = new();
    private readonly StringIds _annotationIds = new();
    private int _withoutArea;
    private int _withoutCrowd;
    private readonly List<string?> _supercategories = [];
    private JsonList? _annotations;
    private Action<CocoAnnotation> _onAnnotation = _ => { };

    public static CocoParser Parse(CocoJson json, DatasetOptions options)
    {
        var parser = new CocoParser(json, options);
        var reader = json.Stream.Begin();
        try
        {
            parser.ReadFile(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Utf8JsonReader throws InvalidOperationException for text that is not valid Unicode.
            throw json.CreateException(reader, exception);
        }

        return parser;
    }

    /// <summary>
    /// Reads <c>annotations</c>. They are read after everything else, so that each can be checked and stored at once: a list of all raw annotations would
    /// need as much memory as the dataset.
    /// </summary>
    /// <param name="onAnnotation">Receives each valid annotation.</param>
    public void ReadAnnotations(Action<CocoAnnotation> onAnnotation)
    {
        _onAnnotation = onAnnotation;
        var reader = _json.Stream.Begin(_annotations!);
        try
        {
            reader.Read();
            _json.ReadList(ref reader, "annotations", ReadAnnotation);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The syntax was checked before; strings that are not valid Unicode are only found when they are read.
            throw _json.CreateException(reader, exception);
        }
    }

    /// <summary>Warns of what the annotations lack, and says what is used instead.</summary>
    public void Summarize(ProblemLog log)
    {
        if (_segmentations > 0)
            log.AddWarning(_json.Name, "annotations", $"{_segmentations} annotations have no bbox: using the bounding boxes of their segmentations");
        if (_withoutArea + _withoutCrowd > 0)
        {
            var missing = _withoutArea == 0 ? $"{_withoutCrowd} annotations have no iscrowd: using 0"
                : _withoutCrowd == 0 ? $"{_withoutArea} annotations have no area: using that of the box"
                : $"{_withoutArea} annotations have no area and {_withoutCrowd} no iscrowd: using the area of the box, and 0";
            log.AddWarning(_json.Name, "annotations", missing);
        }

        if (ImageIds.Count + CategoryIds.Count > 0)
            log.AddWarning(_json.Name, "", $"{ImageIds.Count} image ids and {CategoryIds.Count} category ids are strings: they are numbered from 1, in a results file they are matched by the string");
        if (Categories.Find(category => Categories.Count > 1 && Categories.Zip(_supercategories).All(pair => pair.First.Id == category.Id || pair.Second == category.Name)) is { Name: { } name })
            GroupCategory = name;
    }

    private void ReadFile(ref Utf8JsonReader reader)
    {
        _json.Stream.Read(ref reader);
        if (reader.TokenType == JsonTokenType.StartArray)
            throw new DatasetException(_json.Name, "", "is a list, like a results file; an annotation file is an object with \"images\", \"annotations\" and \"categories\"");
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new DatasetException(_json.Name, "", "is not an object with \"images\", \"annotations\" and \"categories\"");

        var seen = new HashSet<string>();
        while (_json.Stream.Read(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("images"u8))
                ReadList(ref reader, "images", ReadImage, seen);
            else if (reader.ValueTextEquals("annotations"u8))
                ReadList(ref reader, "annotations", read: null, seen);
            else if (reader.ValueTextEquals("categories"u8))
                ReadList(ref reader, "categories", ReadCategory, seen);
            else
                _json.Stream.Skip(ref reader);
        }

        // Throws if anything follows the object.
        _json.Stream.Read(ref reader);
        foreach (var list in (ReadOnlySpan<string>)["images", "annotations", "categories"])
        {
            if (!seen.Contains(list))
                throw new DatasetException(_json.Name, "", $"has no \"{list}\": it is not a COCO annotation file");
        }
    }

    private void ReadList(ref Utf8JsonReader reader, string list, CocoJson.EntryReader? read, HashSet<string> seen)
    {
        if (!seen.Add(list))
            throw new DatasetException(_json.Name, _json.Locate(reader.TokenStartIndex), $"has \"{list}\" twice");
        _json.Stream.Read(ref reader);
        if (read is null)
            _annotations = _json.SkipList(ref reader, list);
        else
            _json.ReadList(ref reader, list, read);
    }

    private void ReadImage(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        long? id = null;
        string? name = null;
        double width = 0, height = 0;
        var valid = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                valid &= _json.TryReadId(ref reader, "image id", _imageIds.GetOrAdd, out var value);
                id = value;
            }
            else if (reader.ValueTextEquals("file_name"u8))
            {
                reader.Read();
                valid &= _json.TryReadString(ref reader, "file_name", out name);
            }
            else if (reader.ValueTextEquals("width"u8))
            {
                valid &= ReadSide(ref reader, "width", out width);
            }
            else if (reader.ValueTextEquals("height"u8))
            {
                valid &= ReadSide(ref reader, "height", out height);
            }
            else
            {
                reader.TrySkip();
            }
        }

        valid &= Has(id is not null, "id", start);
        if (_options.RequireImages)
            valid &= Has(!valid || !string.IsNullOrEmpty(name), "file_name", start);
        if (valid)
            Images.Add(new(id!.Value, name ?? "", (int)width, (int)height, _json.Index));
    }

    private void ReadAnnotation(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        long? id = null, image = null, category = null;
        double? area = null;
        bool? crowd = null;
        var (difficult, hasSegmentation) = (false, false);
        Utf8JsonReader segmentation = default;
        BoxXywh? box = null;
        var valid = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("image_id"u8))
            {
                reader.Read();
                valid &= _json.TryReadId(ref reader, "image_id", _imageIds.GetOrAdd, out var value);
                image = value;
            }
            else if (reader.ValueTextEquals("bbox"u8))
            {
                reader.Read();
                valid &= _json.TryReadBox(ref reader, out var value);
                box = value;
            }
            else if (reader.ValueTextEquals("category_id"u8))
            {
                reader.Read();
                valid &= _json.TryReadId(ref reader, "category_id", _categoryIds.GetOrAdd, out var value);
                category = value;
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                valid &= _json.TryReadId(ref reader, "annotation id", _annotationIds.GetOrAdd, out var value);
                id = value;
            }
            else if (reader.ValueTextEquals("area"u8))
            {
                reader.Read();
                valid &= _json.TryReadNumber(ref reader, "area", out var value);
                area = value;
            }
            else if (reader.ValueTextEquals("iscrowd"u8))
            {
                reader.Read();
                valid &= ReadFlag(ref reader, "iscrowd", out var value);
                crowd = value;
            }
            else if (reader.ValueTextEquals("segmentation"u8))
            {
                reader.Read();
                // Read later, and only if there is no bbox.
                hasSegmentation = true;
                segmentation = reader;
                reader.TrySkip();
            }
            else if (reader.ValueTextEquals("difficult"u8))
            {
                reader.Read();
                // Not a COCO property: if another tool uses it with another meaning, the file is read all the same.
                difficult = reader.TokenType == JsonTokenType.True || (reader.TokenType == JsonTokenType.Number && reader.GetDouble() != 0);
                reader.TrySkip();
            }
            else
            {
                reader.TrySkip();
            }
        }

        valid &= Has(image is not null, "image_id", start);
        valid &= Has(category is not null, "category_id", start);
        if (box is null && hasSegmentation && CocoSegmentation.TryReadBox(ref segmentation, out var bounds))
        {
            box = bounds;
            _segmentations++;
        }

        valid &= Has(box is not null, "bbox", start);
        if (valid)
        {
            _withoutArea += area is null ? 1 : 0;
            _withoutCrowd += crowd is null ? 1 : 0;
            _onAnnotation(new(id ?? _json.Index + 1, image!.Value, category!.Value, box!.Value, area ?? box.Value.Area,
                crowd ?? false, difficult, _json.Index, start));
        }
    }

    private void ReadCategory(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        long? id = null;
        string? name = null, supercategory = null;
        var valid = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                valid &= _json.TryReadId(ref reader, "category id", _categoryIds.GetOrAdd, out var value);
                id = value;
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                valid &= _json.TryReadString(ref reader, "name", out name);
            }
            else if (reader.ValueTextEquals("supercategory"u8))
            {
                reader.Read();
                supercategory = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.TrySkip();
            }
            else
            {
                reader.TrySkip();
            }
        }

        valid &= Has(id is not null, "id", start);
        valid &= Has(!valid || name is not null, "name", start);
        if (!valid)
            return;
        Categories.Add(new(id!.Value, name!));
        _supercategories.Add(supercategory);
    }

    /// <summary>Reads an image's width or height in pixels. JSON <c>null</c> gives 0, as if the property were missing.</summary>
    private bool ReadSide(ref Utf8JsonReader reader, string what, out double side)
    {
        side = 0;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        var start = reader.TokenStartIndex;
        if (!_json.TryReadNumber(ref reader, what, out side))
            return false;
        if (side is >= 0 and <= int.MaxValue && side == Math.Truncate(side))
            return true;
        _json.Fail(start, $"{what} {side} is not a valid number of pixels");
        return false;
    }

    private bool ReadFlag(ref Utf8JsonReader reader, string what, out bool flag)
    {
        flag = reader.TokenType == JsonTokenType.True;
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            return true;
        if (!_json.TryReadNumber(ref reader, what, out var number))
            return false;
        flag = number != 0;
        return true;
    }

    private bool Has(bool exists, string what, long start)
    {
        if (!exists)
            _json.Fail(start, $"has no {what}");
        return exists;
    }
}
