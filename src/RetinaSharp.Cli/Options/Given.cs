using System.CommandLine;

namespace RetinaSharp.Cli.Options;

/// <summary>Arguments and options that many verbs make, and how their values are read.</summary>
internal static class Given
{
    /// <summary>A path that is an argument of its own. What starts with a dash is taken for a misspelt option; nothing is no path.</summary>
    public static Argument<string> Path(string name, string help) => Checked(new Argument<string>(name) { Description = help });

    /// <summary>One or more such paths.</summary>
    public static Argument<string[]> Paths(string name, string help) =>
        Checked(new Argument<string[]>(name) { Description = help, Arity = ArgumentArity.OneOrMore });

    /// <summary>An option that takes a value, and not the empty one.</summary>
    public static Option<string?> Value(string name, string value, string help, bool required = false)
    {
        var option = new Option<string?>(name) { Description = help, HelpName = value, Required = required };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                result.AddError($"{name}: the value is empty; it takes {value}.");
        });
        return option;
    }

    /// <summary>--json.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Writes one JSON document to stdout." };

    /// <summary>Reads a value that was given.</summary>
    /// <exception cref="UsageException">Names the option.</exception>
    public static T Read<T>(string name, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException error)
        {
            throw new UsageException($"{name}: {error.Message}");
        }
    }

    /// <summary>Reads an option's value; null where it was not given.</summary>
    public static T? Read<T>(ParseResult parse, Option<string?> option, Func<string, T> read) where T : class =>
        parse.GetValue(option) is { } text ? Read(option.Name, text, read) : null;

    /// <summary>Reads an option's value; null where it was not given.</summary>
    public static T? ReadValue<T>(ParseResult parse, Option<string?> option, Func<string, T> read) where T : struct =>
        parse.GetValue(option) is { } text ? Read(option.Name, text, read) : null;

    private static TArgument Checked<TArgument>(TArgument argument) where TArgument : Argument
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
                result.AddError($"There is no option '{token.Value}'. A path that starts with a dash is written ./{token.Value}.");
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                result.AddError($"{argument.Name}: the path is empty.");
        });
        return argument;
    }
}
