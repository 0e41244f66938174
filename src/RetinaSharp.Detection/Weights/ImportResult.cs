namespace RetinaSharp.Detection.Weights;

/// <summary>Result of importing weights from another program.</summary>
/// <param name="File">The file that was written.</param>
/// <param name="Architecture">Name of the detected architecture, for messages.</param>
/// <param name="Model">Description of the model; null if the file holds only a backbone, which serves as initial weights for training.</param>
/// <param name="ImportedCount">Number of weights that were imported.</param>
/// <param name="Unexpected">Names of the weights in the file that are not part of the network and were not imported.</param>
public sealed record ImportResult(string File, string Architecture, ModelDescription? Model, int ImportedCount, IReadOnlyList<string> Unexpected);
