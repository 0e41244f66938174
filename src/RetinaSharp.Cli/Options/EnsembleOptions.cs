using System.CommandLine;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Options;

/// <summary>The options for an ensemble: more models beside MODEL, whose detections are fused with those of MODEL.</summary>
internal sealed class EnsembleOptions
{
    private readonly Option<string[]> _models = new("--ensemble")
    {
        HelpName = "MODEL",
        Description = "Another model, whose detections are merged with MODEL's by weighted boxes fusion; may be repeated. Classes are matched by name.",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<double[]> _weights = CliOption.Parsed("--ensemble-weights", "W,W,…", "Weights of MODEL and the --ensemble models, in their order. The default is 1 each.",
        text => Array.ConvertAll(text.Split(','), weight => CliOption.ParseNumber<double>(weight)));

    public void AddTo(Command command)
    {
        command.Add(_models);
        command.Add(_weights);
    }

    /// <summary>Checks the options before a model is loaded, which may take a while.</summary>
    /// <exception cref="UsageException">The weights do not fit the models.</exception>
    public void Check(ParseResult parse)
    {
        if (GetWeights(parse) is not { } weights)
            return;
        var models = 1 + (parse.GetValue(_models) ?? []).Length;
        if (models == 1)
            throw new UsageException($"{_weights.Name} needs {_models.Name} MODEL");
        if (weights.Length != models)
            throw new UsageException($"{_weights.Name}: {weights.Length} weights for {models} models: give one for MODEL and one for each {_models.Name}");
        if (weights.FirstOrDefault(weight => weight <= 0, 1) is <= 0 and var wrong)
            throw new UsageException($"{_weights.Name}: {wrong} is out of range; weights must be above 0");
    }

    /// <summary>Loads a model, and the models that --ensemble names.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="model">Path of the first model.</param>
    /// <param name="options">Options for all models.</param>
    /// <returns>The detector of the model, or an ensemble.</returns>
    public IObjectDetector Load(ParseResult parse, string model, DetectorOptions options)
    {
        var models = GetModels(parse, model);
        if (models.Length == 1)
            return DetectorLoader.Load(model, options);
        var defaults = new EnsembleDetectorOptions();
        var merging = defaults with
        {
            ScoreThreshold = options.ScoreThreshold ?? defaults.ScoreThreshold,
            MaxDetections = options.MaxDetections ?? defaults.MaxDetections,
            IsClassAgnostic = options.Suppression == SuppressionKind.ClassAgnostic,
        };
        // A threshold above the models' own is for the merged detections: weak detections of a model confirm those of others.
        if (options.ScoreThreshold > defaults.ScoreThreshold)
            options = options with { ScoreThreshold = null };
        var weights = GetWeights(parse) ?? Array.ConvertAll(models, _ => 1.0);
        var members = new List<EnsembleMember>();
        try
        {
            foreach (var (i, path) in models.Index())
                members.Add(new(DetectorLoader.Load(path, options), weights[i]));
            return new EnsembleDetector(members, merging);
        }
        catch
        {
            foreach (var member in members)
                member.Detector.Dispose();
            throw;
        }
    }

    /// <summary>Returns the paths of a model and of those that --ensemble names.</summary>
    public string[] GetModels(ParseResult parse, string model) => [model, .. parse.GetValue(_models) ?? []];

    private double[]? GetWeights(ParseResult parse) => parse.IsGiven(_weights) ? parse.GetValue(_weights) : null;
}
