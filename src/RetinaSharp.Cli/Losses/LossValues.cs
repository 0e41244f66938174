namespace RetinaSharp.Cli.Losses;

/// <summary>Losses without reduction.</summary>
/// <param name="Loss">[n].</param>
/// <param name="Gradient">[n], or [n, classes] for exclusive classes.</param>
/// <param name="Classes">Number of exclusive classes; null for single logits.</param>
internal sealed record LossValues(double[] Loss, double[] Gradient, int? Classes);
