using System.CommandLine;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;

namespace RetinaSharp.Cli.Options;

/// <summary>The options that evaluation and detection share. What is not given stays as the model says.</summary>
internal sealed class InferenceOptions
{
    private readonly Option<string?> _size = Given.Value("--size", TrainingOptions.SizeValue, TrainingOptions.SizeHelp);
    private readonly Option<string?> _nms = Given.Value("--nms", "IOU", "Boxes of a class that overlap more than this are suppressed by the best of them.");
    private readonly Option<string?> _maxDetections = Given.Value("--max-detections", "N", "Detections kept for an image.");
    private readonly Option<string?> _batch = Given.Value("--batch", "N", "Images that go through the network together.");
    private readonly Option<string?> _tile = Given.Value("--tile", "N", "For large images with small objects: shows the network tiles of N pixels too, each scaled to the input size.");
    private readonly Option<string?> _tileOverlap = Given.Value("--tile-overlap", "PART", "Part of a tile that the next one shows too; an object up to this size is whole in some tile. .25 if left out.");
    private readonly Option<bool> _tta = new("--tta") { Description = "Shows every image mirrored and in three sizes too, and fuses what is found: more exact, at some seven times the work." };
    private readonly EngineOptions _engine = new();

    public void AddTo(Command command)
    {
        command.Add(_size);
        command.Add(_nms);
        command.Add(_maxDetections);
        command.Add(_batch);
        command.Add(_tile);
        command.Add(_tileOverlap);
        command.Add(_tta);
        _engine.AddTo(command);
    }

    /// <summary>Images that go through the network together.</summary>
    /// <exception cref="UsageException">It is no number, or below 1.</exception>
    public int ReadBatch(ParseResult parse, int otherwise)
    {
        var batch = Given.ReadValue(parse, _batch, OptionValue.Whole) ?? otherwise;
        return batch >= 1 ? batch : throw new UsageException($"--batch: {batch} is below 1");
    }

    /// <exception cref="UsageException">A value is no value, or out of its range.</exception>
    public DetectorOptions Read(ParseResult parse, double? scoreThreshold = null)
    {
        var options = new DetectorOptions
        {
            Device = _engine.ReadDevice(parse),
            Precision = _engine.ReadPrecision(parse),
            Input = Given.Read(parse, _size, OptionValue.Size),
            NmsIou = Given.ReadValue(parse, _nms, OptionValue.Number),
            MaxDetections = Given.ReadValue(parse, _maxDetections, OptionValue.Whole),
            ScoreThreshold = scoreThreshold,
            Tile = Given.ReadValue(parse, _tile, OptionValue.Whole),
            TestTimeAugmentation = parse.GetValue(_tta),
        };
        if (Given.ReadValue(parse, _tileOverlap, OptionValue.Number) is { } overlap)
            options = options.Tile is null ? throw new UsageException($"{_tileOverlap.Name} is of tiles: give {_tile.Name} N too") : options with { TileOverlap = overlap };
        return UsageException.Guard(() =>
        {
            // Before the model is loaded, which may take a while.
            options.ValidateTiles();
            var defaults = new InferenceSettings();
            (defaults with
            {
                NmsIou = options.NmsIou ?? defaults.NmsIou,
                MaxDetections = options.MaxDetections ?? defaults.MaxDetections,
                ScoreThreshold = options.ScoreThreshold ?? defaults.ScoreThreshold,
            }).Validate();
            return options;
        });
    }
}
