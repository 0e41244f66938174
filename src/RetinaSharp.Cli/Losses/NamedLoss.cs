namespace RetinaSharp.Cli.Losses;

/// <summary>A loss at one logit.</summary>
/// <param name="Key">Name in JSON.</param>
/// <param name="Title">Name in text.</param>
/// <param name="Value">The loss.</param>
/// <param name="Gradient">Its derivative with respect to the logit.</param>
internal sealed record NamedLoss(string Key, string Title, double Value, double Gradient);
