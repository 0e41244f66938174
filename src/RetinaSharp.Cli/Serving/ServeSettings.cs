using System.Net;
using RetinaSharp.AspNetCore;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Serving;

/// <summary>What <c>retina serve</c> serves.</summary>
/// <param name="Models">The models, at least one.</param>
/// <param name="Load">Loads the detector from the path of a model.</param>
/// <param name="Concurrency">Number of batches that a detector runs concurrently.</param>
/// <param name="Address">Address to listen on.</param>
/// <param name="Port">Port to listen on; 0: any free one.</param>
/// <param name="Configure">Sets limits and API keys.</param>
internal sealed record ServeSettings(
    IReadOnlyList<ServedPath> Models, Func<string, IObjectDetector> Load, int Concurrency, IPAddress Address, int Port, Action<ServingOptions> Configure);
