namespace RetinaSharp.Cli.Losses;

/// <summary>The value of a loss function for one logit and target, with its derivative.</summary>
/// <param name="Key">Name of the loss function in JSON output.</param>
/// <param name="Title">Name of the loss function in text output, with its parameters.</param>
/// <param name="Value">The loss.</param>
/// <param name="Gradient">Derivative of the loss with respect to the logit.</param>
internal sealed record NamedLoss(string Key, string Title, double Value, double Gradient);
