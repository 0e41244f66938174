using Microsoft.AspNetCore.Http;
using RetinaSharp.Imaging;

namespace RetinaSharp.AspNetCore;

/// <summary>The exception for a request that is not answered with detections. The message is sent to the client.</summary>
/// <param name="status">Status code of the response.</param>
/// <param name="reason">Machine-readable reason, also the tag of the metric.</param>
/// <param name="message">What is wrong, and the remedy.</param>
internal sealed class RequestException(int status, string reason, string message) : Exception(message)
{
    /// <summary>Status code of the response.</summary>
    public int Status => status;

    /// <summary>Machine-readable reason, also the tag of the metric.</summary>
    public string Reason => reason;

    /// <summary>When the client may try again; null: not worth it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static RequestException Malformed(string message) => new(StatusCodes.Status400BadRequest, "malformed", message);

    public static RequestException NotFound(string message) => new(StatusCodes.Status404NotFound, "not_found", message);

    public static RequestException BodyTooLarge(long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body is larger than the limit of {limit} bytes.");

    public static RequestException TooManyImages(int limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "too_many_images", $"The request has more images than the limit of {limit}: send several requests.");

    public static RequestException ImageTooLarge(string image, long width, long height, long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "image_too_large", $"{image}: {width} x {height} pixels are more than the limit of {limit}, or than {ImageDecodeOptions.MaxSide} on a side: scale the image down.");

    public static RequestException MediaType(string message) => new(StatusCodes.Status415UnsupportedMediaType, "media_type", message);

    public static RequestException Corrupt(string image, string problem) => new(StatusCodes.Status422UnprocessableEntity, "corrupt_image", $"{image}: {problem}");

    public static RequestException QueueFull(TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "queue_full", "Too many images are waiting: try again later.") { RetryAfter = retryAfter };

    public static RequestException Unavailable(string reason, string message) =>
        new(StatusCodes.Status503ServiceUnavailable, reason, message) { RetryAfter = TimeSpan.FromSeconds(1) };

    public static RequestException DeadlineExceeded() =>
        new(StatusCodes.Status504GatewayTimeout, "deadline", "The deadline of the request has passed: allow more time, or try again when the service is less busy.");
}
