using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads exports of CVAT in its format "CVAT for images": an XML file, usually with a folder <c>images</c> beside it.</summary>
internal sealed class CvatReader() : AnnotationFileReader("CVAT")
{
    public override bool Reads(string file) => DataFiles.HasExtension(file, ".xml") && XmlRoot.Read(file) == CvatFile.RootElement;

    protected override IEnumerable<string> Find(DataFolder folder) => folder.WithExtension(".xml").Where(Reads);

    protected override ParsedDataset Parse(string file, DatasetOptions options, ProblemLog log) => CvatFile.Read(file, log);
}
