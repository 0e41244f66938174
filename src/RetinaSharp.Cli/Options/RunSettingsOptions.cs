using System.CommandLine;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Options;

/// <summary>
/// The options that determine the settings of a training run. The settings are those of --preset; --config overrides them, and options for single settings
/// override both.
/// </summary>
internal sealed class RunSettingsOptions
{
    private readonly Option<string> _preset = SharedOptions.Preset();
    private readonly Option<string> _config = CliOption.Text("--config", "FILE.json", "Settings that override the preset, in the format of a run folder's config.json.");
    private readonly Option<IntegerOrAuto>? _epochs;
    private readonly Option<IntegerOrAuto>? _batch;
    private readonly IReadOnlyList<SettingOption> _settings;

    /// <summary>Creates the options of a verb.</summary>
    /// <param name="names">Names of the options for single settings; all if empty.</param>
    public RunSettingsOptions(params string[] names) => _settings = [.. TrainingOptions.CreateAll().Where(setting => names.Length == 0 || names.Contains(setting.Option.Name))];

    private RunSettingsOptions(Option<IntegerOrAuto> epochs, Option<IntegerOrAuto> batch) =>
        (_epochs, _batch, _settings) = (epochs, batch, TrainingOptions.CreateAll(epochs, batch));

    /// <summary>Creates all options, of which --epochs and --batch take the value auto: see <see cref="FindsEpochs"/> and <see cref="FindsBatch"/>.</summary>
    public static RunSettingsOptions WithAuto() => new(TrainingOptions.EpochsOrAuto(), TrainingOptions.BatchOrAuto());

    /// <summary>All options, also those that are not given.</summary>
    public IEnumerable<Option> All => [_preset, _config, .. _settings.Select(setting => setting.Option)];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    public string GetPreset(ParseResult parse) => parse.GetRequiredValue(_preset);

    /// <summary>Returns what a fit of the anchors may change: settings that are given as options are kept.</summary>
    public AnchorFitOptions GetAnchorFit(ParseResult parse) => new()
    {
        FitsScales = !IsGiven(parse, "--scales"),
        FitsRatios = !IsGiven(parse, "--ratios"),
        FitsLevels = !IsGiven(parse, "--levels"),
        FitsInput = !IsGiven(parse, "--size"),
    };

    /// <summary>Returns the file of --config; null if it is not given.</summary>
    public string? GetConfig(ParseResult parse) => parse.GetValue(_config);

    /// <summary>Returns whether the option for a single setting is given.</summary>
    public bool IsGiven(ParseResult parse, string name) => Given(parse).Any(setting => setting.Option.Name == name);

    /// <summary>Returns whether the number of epochs is to be found. Until then, the settings have that of the preset.</summary>
    public bool FindsEpochs(ParseResult parse) => IsAuto(parse, _epochs);

    /// <summary>Returns whether the batch size is to be found. Until then, the settings have that of the preset.</summary>
    public bool FindsBatch(ParseResult parse) => IsAuto(parse, _batch);

    /// <summary>Returns whether --preset or --config is given.</summary>
    public bool HasBase(ParseResult parse) => parse.IsGiven(_preset) || parse.IsGiven(_config);

    /// <summary>Returns the settings of a new run.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="changePreset">Changes the preset's settings before --config and the options override them; null: no change.</param>
    /// <exception cref="UsageException">A value is out of its range, or an option has no effect.</exception>
    public RunSettings Get(ParseResult parse, Func<RunSettings, RunSettings>? changePreset = null)
    {
        var settings = Complete(GetOrigin(parse, changePreset), Given(parse), parse);
        RequireEffect(parse, [settings.Loss]);
        return settings;
    }

    /// <summary>Returns the settings that several runs start from, which set some settings themselves.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="createRuns">Returns the settings of the runs that start from given settings.</param>
    /// <exception cref="UsageException">A value is out of its range, or an option has no effect on any of the runs.</exception>
    public RunSettings GetStart(ParseResult parse, Func<RunSettings, IReadOnlyList<RunSettings>> createRuns)
    {
        var (origin, given) = (GetOrigin(parse), Given(parse).ToList());
        var start = Complete(origin, given, parse);
        var runs = createRuns(start);
        foreach (var run in runs)
            UsageException.Guard(run.Validate);
        RequireEffect(parse, [.. runs.Select(run => run.Loss)]);
        if (given.FirstOrDefault(IsOverridden) is { } overridden)
            throw new UsageException($"{overridden.Option.Name} has no effect on the runs of this table, which set it themselves: omit it");
        return start;

        // An option that gives the value which all runs have is right, if not needed.
        bool IsOverridden(SettingOption option) =>
            runs.Any(run => !IsSame(option.Apply(run, parse), run)) && CreateWithout(option) is { } others && others.Count == runs.Count && runs.Zip(others).All(pair => IsSame(pair.First, pair.Second));

        IReadOnlyList<RunSettings>? CreateWithout(SettingOption option)
        {
            try
            {
                return createRuns(Complete(origin, given.Where(other => other != option), parse));
            }
            catch (UsageException)
            {
                // The other options are valid only with this one.
                return null;
            }
        }

        static bool IsSame(RunSettings one, RunSettings other) => SettingsJson.Write(one) == SettingsJson.Write(other);
    }

    /// <summary>
    /// Returns the settings of a resumed run: those that it was started with, except that the options may raise the number of epochs.
    /// </summary>
    /// <param name="parse">The command line.</param>
    /// <param name="run">The settings that the run was started with.</param>
    /// <param name="keepsAnchors">Whether anchors and input size were fitted to the data when the run was started, so that they differ from the preset's.</param>
    /// <exception cref="UsageException">An option differs from the run's setting; the message names the option and the setting.</exception>
    public RunSettings Resume(ParseResult parse, RunSettings run, bool keepsAnchors = false)
    {
        var given = Given(parse).ToList();
        var epochs = Apply(run, given, parse).Training.Epochs;
        if (epochs > run.Training.Epochs)
            run = run with { Training = run.Training with { Epochs = epochs } };
        // Checks each option together with the later ones, which override it: --compat alone may imply a setting that a later option
        // changed when the run was started.
        for (var first = given.Count - 1; first >= 0; first--)
        {
            string[] words = [given[first].Option.Name, .. parse.GetResult(given[first].Option)!.Tokens.Select(token => token.Value)];
            Require(string.Join(' ', words), Apply(run, given[first..], parse));
        }

        if (HasBase(parse))
            Require(string.Join(" and ", ((Option[])[_preset, _config]).Where(parse.IsGiven).Select(option => option.Name)), WithEpochs(WithBatch(WithAnchors(Complete(GetOrigin(parse), given, parse)))));
        return run;

        RunSettings WithAnchors(RunSettings asked) => keepsAnchors ? asked with { Model = asked.Model with { Anchors = run.Model.Anchors }, Input = run.Input } : asked;

        RunSettings WithEpochs(RunSettings asked) => FindsEpochs(parse) ? asked with { Training = asked.Training with { Epochs = run.Training.Epochs } } : asked;

        RunSettings WithBatch(RunSettings asked) => FindsBatch(parse) ? asked with { Training = asked.Training with { Batch = run.Training.Batch } } : asked;

        void Require(string options, RunSettings asked)
        {
            if (SettingsJson.Differences(run, asked) is [var difference, ..])
                throw new UsageException($"{options}: a resumed run keeps its settings, and there {difference}. Omit the option, or train into another --out, with this run as --weights.");
        }
    }

    /// <summary>Returns the settings of --preset and --config.</summary>
    private RunSettings GetOrigin(ParseResult parse, Func<RunSettings, RunSettings>? changePreset = null)
    {
        var settings = Presets.Named(GetPreset(parse));
        if (changePreset is not null)
            settings = changePreset(settings);
        return GetConfig(parse) is { } file ? SettingsJson.Read(file, settings) : settings;
    }

    private static RunSettings Complete(RunSettings origin, IEnumerable<SettingOption> options, ParseResult parse)
    {
        var settings = Apply(origin, options, parse);
        UsageException.Guard(() =>
        {
            settings.Validate();
            settings.Input.Validate();
        });
        return settings;
    }

    // Settings of --config may be without effect: a file need not be rewritten for another --loss.
    private void RequireEffect(ParseResult parse, IReadOnlyList<LossSettings> losses)
    {
        if (Given(parse).FirstOrDefault(option => !losses.Any(option.HasEffectOn)) is { } unused)
            throw new UsageException($"{unused.Option.Name} has no effect with the loss {string.Join(" or ", losses.Select(loss => TrainingOptions.NameOf(loss.Classification)).Distinct())}: omit it");
    }

    private static RunSettings Apply(RunSettings settings, IEnumerable<SettingOption> options, ParseResult parse) =>
        options.Aggregate(settings, (before, option) => option.Apply(before, parse));

    private static bool IsAuto(ParseResult parse, Option<IntegerOrAuto>? option) => option is not null && parse.IsGiven(option) && parse.GetValue(option).Value is null;

    private IEnumerable<SettingOption> Given(ParseResult parse) => _settings.Where(setting => parse.IsGiven(setting.Option));
}
