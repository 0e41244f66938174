using System.Diagnostics;
using RetinaSharp.AspNetCore.Queueing;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Diagnostics;

/// <summary>Activities of the service, in the same source as those of RetinaSharp.Inference: <c>retinasharp.decode</c> and <c>retinasharp.serving.batch</c>.</summary>
internal static class ServingTraces
{
    private static readonly ActivitySource Source = new(Telemetry.Name);

    /// <summary>Starts the activity of decoding an image. Returns null if no listener is registered.</summary>
    public static Activity? StartDecoding() => Source.StartActivity("retinasharp.decode");

    /// <summary>Starts the activity of a batch, which is linked to the requests of its images. Returns null if no listener is registered.</summary>
    public static Activity? StartBatch(IReadOnlyList<QueuedImage> batch)
    {
        if (!Source.HasListeners())
            return null;
        var links = batch.Where(image => image.Activity != default).Select(image => new ActivityLink(image.Activity));
        return Source.StartActivity("retinasharp.serving.batch", ActivityKind.Internal, parentContext: default, links: links)?.SetTag("batch.images", batch.Count);
    }
}
