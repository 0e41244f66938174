namespace RetinaSharp.Cli.Losses;

/// <summary>What one member of the family says of a logit.</summary>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Gradient">Its derivative by the logit.</param>
internal sealed record LossFigure(string Key, string Title, double Loss, double Gradient);
