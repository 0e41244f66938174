namespace RetinaSharp.Cli.Losses;

/// <summary>Losses without reduction.</summary>
/// <param name="Loss">[n].</param>
/// <param name="Gradient">With respect to the logits: [n] for binary losses, [n, classes] for softmax losses.</param>
/// <param name="Classes">Number of classes of a softmax loss; null for a binary loss.</param>
internal sealed record LossValues(double[] Loss, double[] Gradient, int? Classes);
