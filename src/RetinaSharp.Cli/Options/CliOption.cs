using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace RetinaSharp.Cli.Options;

/// <summary>Creates typed command-line options. Their parse errors name the option, the value and the allowed values.</summary>
internal static class CliOption
{
    /// <summary>Creates an option without a value, which is true if given.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>Creates an option that takes any text, such as a path.</summary>
    public static Option<string> Text(string name, string valueName, string description, bool required = false)
    {
        var option = Parsed(name, valueName, description, text => text);
        option.Required = required;
        return option;
    }

    /// <summary>Creates an option that takes a finite number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static Option<double> Number(string name, string description, string valueName = "NUMBER", double min = double.MinValue, double max = double.MaxValue) =>
        Parsed(name, valueName, description, text => ParseNumber(text, min, max));

    /// <summary>Creates an option that takes an integer from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static Option<int> Integer(string name, string description, string valueName = "N", int min = int.MinValue, int max = int.MaxValue) =>
        Parsed(name, valueName, description, text => ParseNumber(text, min, max));

    /// <summary>Creates an option that takes one of the given names.</summary>
    public static Option<T> Choice<T>(string name, string description, params (string Name, T Value)[] choices)
    {
        var names = string.Join('|', choices.Select(choice => choice.Name));
        var option = Parsed(name, names, description, text => Array.FindIndex(choices, choice => choice.Name == text) is >= 0 and var index
            ? choices[index].Value
            : throw new FormatException($"'{text}' is not one of {names}"));
        option.CompletionSources.Add([.. choices.Select(choice => choice.Name)]);
        return option;
    }

    /// <summary>Creates an option with a function that converts its text to a value.</summary>
    /// <param name="name">Name of the option, with its dashes.</param>
    /// <param name="valueName">Placeholder for the value in the help text.</param>
    /// <param name="description">Help text.</param>
    /// <param name="parse">
    /// Converts the text. It throws <see cref="FormatException"/> or <see cref="ArgumentException"/> for an invalid value; the user sees the message after the
    /// option's name. It must not return null, because System.CommandLine would then convert the text itself.
    /// </param>
    public static Option<T> Parsed<T>(string name, string valueName, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        HelpName = valueName,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            try
            {
                return string.IsNullOrWhiteSpace(text) ? throw new FormatException($"the value is empty; it takes {valueName}") : parse(text);
            }
            catch (Exception error) when (error is FormatException or ArgumentException)
            {
                result.AddError($"{name}: {error.Message}");
                return default!;
            }
        },
    };

    /// <summary>Sets the default value of an option, which the help text shows.</summary>
    public static Option<T> WithDefault<T>(this Option<T> option, T value)
    {
        option.DefaultValueFactory = _ => value;
        return option;
    }

    /// <summary>Parses a finite number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a finite number of this type, or is out of range.</exception>
    public static T ParseNumber<T>(string text, T min, T max) where T : INumber<T>, IMinMaxValue<T>
    {
        if (!T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !T.IsFinite(number))
            throw new FormatException($"'{text}' is not {(typeof(T) == typeof(double) ? "a number" : $"an integer up to {T.MaxValue}")}");
        if (number < min || number > max)
            throw new FormatException($"{number} is out of range; it must be {(max == T.MaxValue ? $"{min} or more" : $"from {min} to {max}")}");
        return number;
    }

    /// <summary>Parses a finite number in the whole range of its type.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a finite number of this type.</exception>
    public static T ParseNumber<T>(string text) where T : INumber<T>, IMinMaxValue<T> => ParseNumber(text, T.MinValue, T.MaxValue);
}
