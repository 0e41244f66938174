using System.Globalization;
using System.Xml;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Parses an annotation file of CVAT's format "CVAT for images".</summary>
internal sealed class CvatFile
{
    public const string RootElement = "annotations";

    /// <summary>CVAT's name of the subset of images that were not assigned to one.</summary>
    private const string DefaultSubset = "default";

    private readonly string _path;
    private readonly ProblemLog _log;
    private readonly Notes _notes = new();
    private readonly List<ParsedImage> _images = [];
    private readonly List<string> _labels = [];
    private List<ParsedObject> _objects = [];
    private ParsedImage? _image;

    /// <summary>Names of the elements from the child of the root to the current element.</summary>
    private readonly List<string> _names = [];

    /// <summary>Name of the label that is being read, and whether it is a part of another label, such as a point of a skeleton.</summary>
    private (string Name, bool IsPart) _label = ("", false);

    /// <summary>Index of the object whose element is being read, -1 if its shape is not an object; and the name of its current attribute.</summary>
    private (int Object, string Name) _attribute = (-1, "");

    private CvatFile(string path, ProblemLog log) => (_path, _log) = (path, log);

    public static ParsedDataset Read(string path, ProblemLog log)
    {
        var file = new CvatFile(path, log);
        XmlFile.Read(path, file.ReadElements);
        file._notes.Report(path, log);
        var used = file._images.SelectMany(image => image.Objects).Select(item => item.Class).Distinct().Order(StringComparer.Ordinal);
        return new()
        {
            Format = "CVAT",
            Path = path,
            Images = file._images,
            Classes = file._labels.Count == 0 ? null : [.. file._labels.Concat(used).Distinct()],
            ImageFolders = ImageFolders.Near(Path.GetDirectoryName(Path.GetFullPath(path))!),
        };
    }

    private void ReadElements(XmlReader reader)
    {
        reader.MoveToContent();
        if (reader.Name != RootElement)
            throw new DatasetException(_path, "", $"the root element is <{reader.Name}>; CVAT files have <{RootElement}>");
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    _names.Add(reader.Name);
                    BeginElement(reader);
                    if (reader.IsEmptyElement)
                        EndElement();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    ReadText(reader.Value.Trim());
                    break;
                case XmlNodeType.EndElement when _names.Count > 0:
                    EndElement();
                    break;
            }
        }
    }

    private void BeginElement(XmlReader reader)
    {
        var line = ((IXmlLineInfo)reader).LineNumber;
        if (_names is ["track"])
        {
            throw new DatasetException(_path, $"line {line}",
                "is an export in the format \"CVAT for video\", which has tracks: export \"CVAT for images\", COCO, Pascal VOC or YOLO from CVAT");
        }

        if (_names is ["image"])
        {
            BeginImage(reader, line);
        }
        else if (_names is ["image", _])
        {
            _attribute.Object = -1;
            ItemErrors.Collect(_log, () => ReadShape(reader, line));
        }
        else if (_names is ["image", _, "attribute"])
        {
            _attribute.Name = reader.GetAttribute("name") ?? "";
        }
        else if (_names is [.., "labels", "label"])
        {
            _label = ("", false);
        }
    }

    private void EndElement()
    {
        if (_names is ["image"] && _image is { } image)
        {
            _images.Add(image with { Objects = _objects });
            _image = null;
        }
        else if (_names is ["meta", .., "labels", "label"] && _label is { Name.Length: > 0, IsPart: false } && !_labels.Contains(_label.Name))
        {
            _labels.Add(_label.Name);
        }

        _names.RemoveAt(_names.Count - 1);
    }

    private void ReadText(string text)
    {
        if (_names is [.., "labels", "label", "name"])
            _label.Name = text;
        else if (_names is [.., "labels", "label", "parent"])
            _label.IsPart = text.Length > 0;
        else if (_names is ["image", _, "attribute"] && _attribute.Object >= 0 && text.Equals("true", StringComparison.OrdinalIgnoreCase))
            SetFlag();
    }

    /// <summary>Sets the flag that an attribute of the current object with the value true stands for, if it is one of the dataset's flags.</summary>
    private void SetFlag()
    {
        var item = _objects[_attribute.Object];
        _objects[_attribute.Object] = _attribute.Name switch
        {
            "crowd" => item with { IsCrowd = true },
            "difficult" => item with { IsDifficult = true },
            _ => item,
        };
    }

    private void BeginImage(XmlReader reader, int line)
    {
        var id = reader.GetAttribute("id");
        var location = id is null ? $"line {line}" : $"line {line}, image {id}";
        _objects = [];
        if (reader.GetAttribute("name") is not { Length: > 0 } name)
        {
            _log.AddError(_path, location, "the image has no name");
            return;
        }

        _image = new()
        {
            FileName = name,
            Location = location,
            Width = Side(reader, "width"),
            Height = Side(reader, "height"),
            Split = reader.GetAttribute("subset") is { Length: > 0 } subset && !subset.Equals(DefaultSubset, StringComparison.OrdinalIgnoreCase) ? subset : null,
            Objects = [],
        };
    }

    private void ReadShape(XmlReader reader, int line)
    {
        if (_image is null)
            return;
        var shape = new CvatShape(reader, _path, line);
        switch (reader.Name)
        {
            case "tag":
                return;
            case "points" or "polyline" or "skeleton":
                _notes.Add(ShapeNotes.Lines);
                return;
            case "box" or "polygon" or "ellipse" or "mask" or "cuboid":
                break;
            default:
                _notes.Add($"elements <{reader.Name}> are not shapes of CVAT: skipped");
                return;
        }

        var label = shape.Label();
        var bounds = shape.Bounds();
        if (reader.Name is "polygon" or "ellipse" or "cuboid")
            _notes.Add(ShapeNotes.Outlines);
        else if (shape.IsRotated)
            _notes.Add(ShapeNotes.Rotated);
        _attribute.Object = _objects.Count;
        _objects.Add(bounds.ToObject(label, shape.Location));
    }

    // An invalid size counts as missing: it is then read from the image header.
    private static int Side(XmlReader reader, string name) =>
        double.TryParse(reader.GetAttribute(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var side) && side is >= 1 and <= int.MaxValue ? (int)side : 0;
}
