namespace RetinaSharp.Detection.Weights;

/// <summary>What became of another program's weights.</summary>
/// <param name="File">The file that was written.</param>
/// <param name="Architecture">The network that was recognised, in words.</param>
/// <param name="Model">The model; null where the weights are a backbone's alone, which are a start for training.</param>
/// <param name="Kept">Number of weights that were taken.</param>
/// <param name="Unexpected">Names of those that belong to no part of the network and were left out.</param>
public sealed record ImportResult(string File, string Architecture, ModelDescription? Model, int Kept, IReadOnlyList<string> Unexpected);
