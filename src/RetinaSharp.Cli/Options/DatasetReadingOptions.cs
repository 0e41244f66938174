using System.CommandLine;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Options;

/// <summary>The options of verbs that read a dataset: where its files are, and which classes it has.</summary>
internal sealed class DatasetReadingOptions
{
    private readonly Option<string> _images = CliOption.Text("--images", "DIR", "Folder of the image files, if DATA does not tell where they are.");
    private readonly Option<string> _labels = CliOption.Text("--labels", "DIR", "Folder of the label files, for formats with one file per image.");
    private readonly Option<string> _validationImages = CliOption.Text("--val-images", "DIR", "Folder of the images of --val. The default is --images.");
    private readonly Option<string> _validationLabels = CliOption.Text("--val-labels", "DIR", "Folder of the label files of --val. The default is --labels.");
    private readonly Option<bool> _merge = CliOption.Flag("--merge", "Merge classes that differ only in case, spaces, hyphens or underscores.");
    private readonly Option<string[]> _dropClasses = new("--drop-class") { HelpName = "NAME", Description = "Leave out a class and its boxes; may be repeated.", AllowMultipleArgumentsPerToken = false };

    /// <summary>The options of all verbs that read a dataset.</summary>
    public IEnumerable<Option> All => [_images, _labels, _merge, _dropClasses];

    /// <summary>The options of a validation set.</summary>
    public IEnumerable<Option> OfValidation => [_validationImages, _validationLabels];

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="withValidation">Whether the command has a validation set, too.</param>
    public void AddTo(Command command, bool withValidation = false)
    {
        command.Add(_images);
        command.Add(_labels);
        if (withValidation)
        {
            command.Add(_validationImages);
            command.Add(_validationLabels);
        }

        command.Add(_merge);
        command.Add(_dropClasses);
    }

    /// <summary>Returns the options for reading a dataset.</summary>
    public DatasetOptions Get(ParseResult parse) => new()
    {
        ImagesDirectory = parse.GetValue(_images),
        LabelsDirectory = parse.GetValue(_labels),
        MergeClasses = parse.GetValue(_merge),
        DropClasses = parse.GetValue(_dropClasses) ?? [],
    };

    /// <summary>Returns the options for reading the validation set. A class that is dropped need not be there.</summary>
    public DatasetOptions GetForValidation(ParseResult parse)
    {
        var options = Get(parse);
        return options with
        {
            ImagesDirectory = parse.GetValue(_validationImages) ?? options.ImagesDirectory,
            LabelsDirectory = parse.GetValue(_validationLabels) ?? options.LabelsDirectory,
            // Classes of the validation set that training does not have are left out anyway.
            DropClasses = [],
        };
    }
}
