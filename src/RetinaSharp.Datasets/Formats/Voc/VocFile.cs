using System.Globalization;
using System.Xml;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// A Pascal VOC annotation file (XML) of one image. It is parsed with a streaming reader: building a tree of an untrusted, deeply nested
/// file could overflow the stack.
/// </summary>
internal sealed class VocFile
{
    public const string RootElement = "annotation";

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    private readonly ProblemLog _log;
    private readonly List<VocObject> _objects = [];
    private readonly Dictionary<string, string> _fields = [];
    private int _objectLine;
    private int _objectCount;

    private VocFile(string path, ProblemLog log) => (FullPath, _log) = (path, log);

    public string FullPath { get; }

    public string Stem => Path.GetFileNameWithoutExtension(FullPath);

    /// <summary>Text of the <c>filename</c> element; "" if there is none. It is often wrong.</summary>
    public string FileName { get; private set; } = "";

    /// <summary>Width of the image in pixels; 0 if the file gives no valid width.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the image in pixels; 0 if the file gives no valid height.</summary>
    public int Height { get; private set; }

    public IReadOnlyList<VocObject> Objects => _objects;

    public static VocFile Read(string path, ProblemLog log)
    {
        var file = new VocFile(path, log);
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(DataFiles.ReadBytes(path)), Settings);
            file.ReadElements(reader);
        }
        catch (XmlException exception)
        {
            // The XmlReader message for a DTD is meant for developers.
            var reason = exception.Message.Contains("DTD", StringComparison.Ordinal)
                ? "has a document type (<!DOCTYPE …>), which is not allowed, because it can refer to other files: remove it"
                : $"is not valid XML: {exception.Message}";
            throw new DatasetException(path, $"line {exception.LineNumber}", reason, exception);
        }

        return file;
    }

    private void ReadElements(XmlReader reader)
    {
        reader.MoveToContent();
        if (reader.Name != RootElement)
            throw new DatasetException(FullPath, "", $"the root element is <{reader.Name}>; VOC files have <{RootElement}>");

        // Element names from the root to the current element. Elements that are nested deeper belong to parts of objects.
        var names = new string[4];
        var text = "";
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    text = "";
                    if (reader.Depth < names.Length)
                        names[reader.Depth] = reader.Name;
                    if (reader.Depth == 1 && reader.Name == "object")
                        BeginObject((IXmlLineInfo)reader);
                    if (reader.IsEmptyElement)
                        EndElement(reader.Depth, names, text);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    text += reader.Value;
                    break;
                case XmlNodeType.EndElement:
                    EndElement(reader.Depth, names, text);
                    text = "";
                    break;
            }
        }
    }

    private void EndElement(int depth, string[] names, string text)
    {
        text = text.Trim();
        switch (depth)
        {
            case 1 when names[1] == "filename":
                FileName = text;
                break;
            case 1 when names[1] == "object":
                EndObject();
                break;
            case 2 when names[1] == "size" && names[2] == "width":
                Width = Side(text);
                break;
            case 2 when names[1] == "size" && names[2] == "height":
                Height = Side(text);
                break;
            case 2 when names[1] == "object":
                _fields[names[2]] = text;
                break;
            case 3 when names[1] == "object" && names[2] == "bndbox":
                _fields["bndbox/" + names[3]] = text;
                break;
        }
    }

    private void BeginObject(IXmlLineInfo line)
    {
        _fields.Clear();
        _objectLine = line.LineNumber;
        _objectCount++;
    }

    private void EndObject()
    {
        var name = _fields.GetValueOrDefault("name", "");
        if (name.Length == 0)
            Fail("the object has no name");
        else if (Corner("xmin", out var xmin) & Corner("ymin", out var ymin) & Corner("xmax", out var xmax) & Corner("ymax", out var ymax))
            _objects.Add(new(_objectCount, _objectLine, name, _fields.GetValueOrDefault("difficult") is "1" or "true" or "True", xmin, ymin, xmax, ymax));
    }

    private bool Corner(string name, out double value)
    {
        if (!_fields.TryGetValue("bndbox/" + name, out var text))
        {
            value = 0;
            Fail($"the object has no bndbox/{name}");
            return false;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= int.MaxValue)
            return true;
        Fail($"{name} \"{text}\" is not a number of pixels");
        return false;
    }

    private void Fail(string reason) => _log.AddError(FullPath, $"line {_objectLine}, object {_objectCount}", reason);

    // An invalid size counts as missing: it is then read from the image header.
    private static int Side(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var side) && side is >= 1 and <= int.MaxValue ? (int)side : 0;
}
