using System.CommandLine;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Writing;

namespace RetinaSharp.Cli.Options;

/// <summary>The options of the verbs that write a dataset: where, in which format, and what becomes of the image files.</summary>
/// <param name="requiresFormat">Whether the format must be given; otherwise the default is COCO.</param>
/// <param name="requiresPath">Whether the path must be given.</param>
internal sealed class DatasetOutput(bool requiresFormat, bool requiresPath = true)
{
    private readonly Option<string> _path = CliOption.Text("--out", "PATH", "Folder of the written dataset, which must be empty or not exist; for coco, cvat and csv also a .json, .xml or .csv file.", required: requiresPath);
    private readonly Option<DatasetFormat> _format = CreateFormat(requiresFormat);
    private readonly Option<ImageHandling> _imageFiles = SharedOptions.ImageFiles();

    /// <summary>Names of the formats on the command line.</summary>
    public static IReadOnlyList<(string Name, DatasetFormat Value)> Formats { get; } =
    [
        ("coco", DatasetFormat.Coco), ("voc", DatasetFormat.Voc), ("yolo", DatasetFormat.Yolo), ("labelme", DatasetFormat.LabelMe), ("cvat", DatasetFormat.Cvat), ("csv", DatasetFormat.Csv),
    ];

    public static string NameOf(DatasetFormat format) => Formats.First(pair => pair.Value == format).Name;

    public void AddTo(Command command)
    {
        command.Add(_format);
        command.Add(_path);
        command.Add(_imageFiles);
    }

    /// <summary>Returns whether the command line gives a path.</summary>
    public bool IsGiven(ParseResult parse) => parse.GetValue(_path) is not null;

    /// <summary>Checks that a verb that writes no dataset without an option has no option for the written dataset.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="needed">Name of the option that is not given.</param>
    /// <exception cref="UsageException">There is an option for the written dataset.</exception>
    public void RequireNone(ParseResult parse, string needed)
    {
        if (((Option[])[_format, _imageFiles]).FirstOrDefault(parse.IsGiven) is { } unused)
            throw new UsageException($"{unused.Name} needs {needed}");
    }

    /// <summary>Returns the path to write, after a check that nothing is there, and that the format can be written with the options.</summary>
    /// <exception cref="UsageException">The path is a file or a folder that is not empty, or the options contradict each other.</exception>
    public string GetPath(ParseResult parse)
    {
        UsageException.Guard(() => DatasetWriter.Validate(GetFormat(parse), new() { Images = parse.GetOptional(_imageFiles) }));
        var path = parse.GetRequiredValue(_path);
        if (File.Exists(path))
            throw new UsageException($"--out: {path} exists; choose another path, or delete it");
        OutputFolder.RequireEmpty(path);
        return path;
    }

    /// <summary>Returns the options for reading a dataset that is to be written.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="reading">The options for reading that the command line gives.</param>
    public DatasetOptions ReadOptions(ParseResult parse, DatasetOptions reading) => reading with { RequireImages = parse.GetOptional(_imageFiles) != ImageHandling.None };

    /// <summary>Writes a dataset, and prints warnings about what the format cannot hold.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="splits">The splits.</param>
    /// <param name="session">The session.</param>
    /// <param name="path">The path; null for that of the command line.</param>
    /// <param name="defaultImages">What becomes of the image files if the command line does not say it; null for the default of the library.</param>
    public WrittenDataset Write(ParseResult parse, IReadOnlyList<DatasetSplit> splits, Session session, string? path = null, ImageHandling? defaultImages = null)
    {
        WrittenDataset? written = null;
        var options = new DatasetWriterOptions { Images = parse.GetOptional(_imageFiles) ?? defaultImages };
        var images = splits.Sum(split => split.Dataset.Images.Count);
        UsageException.Guard(() => written = ProgressDisplay.Run(session.Output, "images", display =>
            DatasetWriter.WriteSplits(splits, path ?? parse.GetRequiredValue(_path), GetFormat(parse), options, new ImageProgress(display, images), session.CancellationToken)));
        return written!;
    }

    /// <summary>Prints what a verb has written, as text or JSON.</summary>
    /// <param name="written">The dataset.</param>
    /// <param name="problems">Problems that the verb found, besides what the format cannot hold.</param>
    /// <param name="session">The session.</param>
    /// <param name="asJson">Whether to print JSON.</param>
    public static void Show(WrittenDataset written, IReadOnlyList<DatasetProblem> problems, Session session, bool asJson)
    {
        DatasetProblem[] all = [.. problems, .. written.Losses];
        foreach (var problem in all)
            session.Output.Warning(problem.ToString());
        if (asJson)
        {
            session.Output.Json(writer =>
            {
                WrittenDatasetReport.Write(writer, written);
                WrittenDatasetReport.Write(writer, all);
            });
            return;
        }

        session.Output.Result(WrittenDatasetReport.Table([written]));
        session.Output.Info($"The dataset is in {written.Path}. Next: {WrittenDatasetReport.NextCommand(written)}");
    }

    private DatasetFormat GetFormat(ParseResult parse) => parse.GetOptional(_format) ?? DatasetFormat.Coco;

    private static Option<DatasetFormat> CreateFormat(bool isRequired)
    {
        var format = CliOption.Choice("--to", isRequired ? "Format of the written dataset." : "Format of the written dataset; coco by default.", [.. Formats]);
        format.Required = isRequired;
        return format;
    }
}
