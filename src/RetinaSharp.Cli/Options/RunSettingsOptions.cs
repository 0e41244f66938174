using System.CommandLine;
using RetinaSharp.Detection.Settings;

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

    /// <summary>The settings.</summary>
    /// <exception cref="UsageException">A value is no value, or out of its range.</exception>
    public RunSettings Read(ParseResult parse)
    {
        var settings = _preset.Settings(parse);
        if (parse.GetValue(_config) is { } file)
            settings = SettingsJson.Read(file, settings);
        foreach (var (setting, option) in _options)
            if (parse.GetValue(option) is { } text)
                settings = Given.Read(setting.Name, text, value => setting.Apply(settings, value));
        return UsageException.Guard(() =>
        {
            settings.Validate();
            settings.Input.Validate();
            return settings;
        });
    }
}
