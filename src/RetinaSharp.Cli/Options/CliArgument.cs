using System.CommandLine;

namespace RetinaSharp.Cli.Options;

/// <summary>
/// Creates positional arguments that take paths. A token that starts with a dash is reported as an unrecognized option, not taken as a path.
/// </summary>
internal static class CliArgument
{
    public static Argument<string> Path(string name, string description) => Validated(new Argument<string>(name) { Description = description });

    /// <summary>Creates an argument that takes a path, or <c>-</c> for stdin.</summary>
    public static Argument<string> PathOrStdin(string name, string description) => Validated(new Argument<string>(name) { Description = description }, allowsStdin: true);

    /// <summary>Creates an argument that takes one or more paths.</summary>
    public static Argument<string[]> Paths(string name, string description) =>
        Validated(new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.OneOrMore });

    private static TArgument Validated<TArgument>(TArgument argument, bool allowsStdin = false) where TArgument : Argument
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.StartsWith('-') && !(allowsStdin && token.Value == "-"))
                    result.AddError($"Unrecognized option '{token.Value}'.{Suggestion.Sentence(token.Value, argument.Parents.OfType<Command>().First())} Write ./{token.Value} if it is a path.");
                else if (string.IsNullOrWhiteSpace(token.Value))
                    result.AddError($"{argument.Name}: the path is empty.");
            }
        });
        return argument;
    }
}
