using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads CSV files with a box per row: those of keras-retinanet, without header, and those with a header, as TensorFlow's tutorials and many
/// tools write them.
/// </summary>
internal sealed class CsvBoxReader() : AnnotationFileReader("CSV")
{
    public override bool Reads(string file) =>
        (DataFiles.HasExtension(file, ".csv") || DataFiles.HasExtension(file, ".tsv")) && !CsvClassFile.IsClassFile(file) && CsvReader.ReadFirst(file) is { } row && CsvLayout.Detect(row) is not null;

    protected override IEnumerable<string> Find(DataFolder folder) => folder.WithExtension(".csv").Where(Reads);

    protected override ParsedDataset Parse(string file, DatasetOptions options, ProblemLog log) => CsvBoxFile.Read(file, log);
}
