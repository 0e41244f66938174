using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Options;

/// <summary>An option that changes the settings of a training.</summary>
/// <param name="Name">Its name, with the dashes.</param>
/// <param name="Value">What it takes, as the help shows it.</param>
/// <param name="Help">What it does.</param>
/// <param name="Apply">The settings with the given value; throws <see cref="FormatException"/> where it is none.</param>
internal sealed record SettingOption(string Name, string Value, string Help, Func<RunSettings, string, RunSettings> Apply)
{
    public static SettingOption Number(string name, string help, Func<RunSettings, double, RunSettings> apply) =>
        new(name, "NUMBER", help, (settings, text) => apply(settings, OptionValue.Number(text)));

    public static SettingOption Whole(string name, string help, Func<RunSettings, int, RunSettings> apply) =>
        new(name, "N", help, (settings, text) => apply(settings, OptionValue.Whole(text)));

    public static SettingOption Numbers(string name, string help, Func<RunSettings, IReadOnlyList<double>, RunSettings> apply) =>
        new(name, "NUMBER,…", help, (settings, text) => apply(settings, OptionValue.Numbers(text)));

    public static SettingOption Choice<T>(string name, string help, Choices<T> choices, Func<RunSettings, T, RunSettings> apply) =>
        new(name, choices.ToString(), help, (settings, text) => apply(settings, choices.Parse(text)));
}
