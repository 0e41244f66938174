using System.CommandLine;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Options;

/// <summary>An option that overrides a setting of the training run.</summary>
/// <param name="Option">The option.</param>
/// <param name="Apply">Given settings and the command line, returns the settings with the option's value.</param>
internal sealed record SettingOption(Option Option, Func<RunSettings, ParseResult, RunSettings> Apply)
{
    /// <summary>Whether the classification loss of a run uses the value that the option has set; always true for options that do not depend on it.</summary>
    public Func<LossSettings, bool> HasEffectOn { get; init; } = _ => true;

    public static SettingOption Create<T>(Option<T> option, Func<RunSettings, T, RunSettings> apply) =>
        new(option, (settings, parse) => apply(settings, parse.GetValue(option)!));
}
