using System.CommandLine;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Options;

/// <summary>The settings of a training from the command line: the preset, over it --config, over that every single option.</summary>
internal sealed class RunSettingsOptions
{
    private readonly PresetOption _preset = new();
    private readonly Option<string?> _config = Given.Value("--config", "FILE.json", "Settings over the preset's, in the form of a run folder's config.json.");

    private readonly List<(SettingOption Setting, Option<string?> Option)> _options =
        [.. TrainingOptions.Table.Select(setting => (setting, Given.Value(setting.Name, setting.Value, setting.Help)))];

    public void AddTo(Command command)
    {
        command.Add(_preset.Option);
        command.Add(_config);
        foreach (var (_, option) in _options)
            command.Add(option);
    }

    /// <summary>The preset's name, as given.</summary>
    public string PresetName(ParseResult parse) => _preset.Name(parse);

    /// <summary>Whether the command line says what to start from, by --preset or --config.</summary>
    public bool HasStart(ParseResult parse) => _preset.IsGiven(parse) || parse.GetValue(_config) is not null;

    /// <summary>The settings.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="start">Changes the preset before all else.</param>
    /// <exception cref="UsageException">A value is no value, or out of its range.</exception>
    public RunSettings Read(ParseResult parse, Func<RunSettings, RunSettings>? start = null)
    {
        var settings = _preset.Settings(parse);
        if (start is not null)
            settings = start(settings);
        if (parse.GetValue(_config) is { } file)
            settings = SettingsJson.Read(file, settings);
        settings = Apply(settings, GivenOptions(parse));
        return UsageException.Guard(() =>
        {
            settings.Validate();
            settings.Input.Validate();
            return settings;
        });
    }

    /// <summary>Holds what was given against the settings of a run that goes on: both the run's own command line and none are right.</summary>
    /// <exception cref="UsageException">An option asks for something else; it is named.</exception>
    public void RequireNoOther(ParseResult parse, RunSettings run)
    {
        var given = GivenOptions(parse).ToList();
        // Each with those after it, which have the last word: --compat alone may ask for what another took back.
        for (var first = given.Count - 1; first >= 0; first--)
            Require($"{given[first].Setting.Name} {given[first].Text}", Apply(run, given[first..]));
        if (HasStart(parse))
            Require(string.Join(" and ", new[] { _preset.IsGiven(parse) ? "--preset" : null, parse.GetValue(_config) is null ? null : "--config" }.OfType<string>()), Read(parse));

        void Require(string options, RunSettings asked)
        {
            if (SettingsJson.Differences(run, asked) is [var difference, ..])
                throw new UsageException($"{options}: a training that goes on keeps its settings, and there {difference}. Leave the option out, or train into another folder.");
        }
    }

    private static RunSettings Apply(RunSettings settings, IEnumerable<(SettingOption Setting, string Text)> given) =>
        given.Aggregate(settings, (before, option) => Given.Read(option.Setting.Name, option.Text, value => option.Setting.Apply(before, value)));

    private IEnumerable<(SettingOption Setting, string Text)> GivenOptions(ParseResult parse) =>
        _options.Select(entry => (entry.Setting, Text: parse.GetValue(entry.Option))).Where(entry => entry.Text is not null).Select(entry => (entry.Setting, entry.Text!));
}
