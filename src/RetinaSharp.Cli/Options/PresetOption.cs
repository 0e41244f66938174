using System.CommandLine;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Options;

/// <summary>--preset.</summary>
internal sealed class PresetOption
{
    private const string Default = "small";

    public Option<string> Option { get; } = new("--preset")
    {
        Description = "Settings to start from.",
        HelpName = string.Join('|', Presets.Names),
        DefaultValueFactory = _ => Default,
    };

    public string Name(ParseResult parse) => parse.GetValue(Option)!;

    /// <summary>Whether it was given, and is not the default.</summary>
    public bool IsGiven(ParseResult parse) => parse.GetResult(Option) is { Implicit: false };

    public RunSettings Settings(ParseResult parse) => UsageException.Guard(() => Presets.Named(Name(parse)));
}
