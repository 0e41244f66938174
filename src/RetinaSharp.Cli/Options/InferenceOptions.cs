using System.CommandLine;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Options;

/// <summary>
/// The inference options that <c>retina eval</c> and <c>retina detect</c> share. Settings of the model apply where an option is not given.
/// </summary>
/// <param name="defaultBatch">Default of --batch; null: a verb without this option.</param>
internal sealed class InferenceOptions(int? defaultBatch)
{
    private readonly Option<InputSize> _size = SharedOptions.Size();
    private readonly Option<SuppressionKind> _suppression = SharedOptions.Suppression([
        ("nms", SuppressionKind.ClassWise), ("class-agnostic", SuppressionKind.ClassAgnostic), ("soft-linear", SuppressionKind.SoftLinear),
        ("soft-gaussian", SuppressionKind.SoftGaussian), ("fusion", SuppressionKind.Fusion), ("voting", SuppressionKind.Voting), ("none", SuppressionKind.None),
    ]);
    private readonly Option<double> _nms = SharedOptions.Nms();
    private readonly Option<double> _softSigma = CliOption.Number("--soft-sigma", "Sigma of --suppression soft-gaussian: the higher, the less overlapping boxes lose of their scores. 0.5 by default.");
    private readonly Option<int> _maxDetections = SharedOptions.MaxDetections();
    private readonly Option<int> _batch = SharedOptions.Batch(defaultBatch ?? 1);
    private readonly Option<NumberOrOff<int>> _tile = CliOption.Parsed("--tile", "N|off", "Sliced inference, for small objects in large images: also detect in overlapping tiles of N pixels, scaled to the input size. A model trained with --tile uses its N by default.", NumberOrOff<int>.Parse);
    private readonly Option<double> _tileOverlap = CliOption.Number("--tile-overlap", "Share of a tile that the next one overlaps; objects up to this size are whole in some tile. 0.25 by default.", "SHARE");
    private readonly Option<bool> _tta = CliOption.Flag("--tta", "Test-time augmentation: also detect in the mirrored image and at three sizes, and fuse the boxes. More accurate, about seven times the work.");
    private readonly EngineOptions _engine = new();

    public void AddTo(Command command)
    {
        command.Add(_size);
        command.Add(_suppression);
        command.Add(_nms);
        command.Add(_softSigma);
        command.Add(_maxDetections);
        if (defaultBatch is not null)
            command.Add(_batch);
        command.Add(_tile);
        command.Add(_tileOverlap);
        command.Add(_tta);
        _engine.AddTo(command);
    }

    /// <summary>Returns the number of images per forward pass.</summary>
    public int GetBatch(ParseResult parse) => parse.GetValue(_batch);

    /// <summary>Returns the options for loading a detector.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="scoreThreshold">Score threshold of the detector; null: the model's setting.</param>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public DetectorOptions Get(ParseResult parse, double? scoreThreshold = null)
    {
        var options = new DetectorOptions
        {
            Device = _engine.GetDevice(parse),
            Precision = _engine.GetPrecision(parse),
            Input = parse.GetValue(_size),
            Suppression = parse.GetOptional(_suppression),
            SoftNmsSigma = parse.GetOptional(_softSigma),
            NmsIouThreshold = parse.GetOptional(_nms),
            MaxDetections = parse.GetOptional(_maxDetections),
            ScoreThreshold = scoreThreshold,
            Tile = parse.GetOptional(_tile) is { } tile ? tile.Value ?? 0 : null,
            TestTimeAugmentation = parse.GetValue(_tta),
        };
        if (parse.GetOptional(_tileOverlap) is { } overlap)
            options = options.Tile is null or 0 ? throw new UsageException($"{_tileOverlap.Name} needs {_tile.Name} N") : options with { TileOverlap = overlap };
        // Without the option, the model may have this suppression.
        if (options.SoftNmsSigma is not null && options.Suppression is not (null or SuppressionKind.SoftGaussian))
            throw new UsageException($"{_softSigma.Name} needs {_suppression.Name} soft-gaussian");
        // The options are checked before the model is loaded, which may take a while.
        UsageException.Guard(() =>
        {
            options.ValidateTiles();
            // The model's suppression is not known yet. Loading checks whether it has a sigma.
            options.ApplyTo(new() { Suppression = SuppressionKind.SoftGaussian }).Validate();
        });
        return options;
    }
}
