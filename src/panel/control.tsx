/** A button with a sign, as players have them. */
const signs = {
  start: "M4 3v10M13 3v10L6 8z",
  back: "M11.5 3v10L4.5 8z",
  on: "M4.5 3v10l7-5z",
  end: "M12 3v10M3 3v10l7-5z",
};

interface ControlProps {
  label: string;
  sign: keyof typeof signs;
  off: boolean;
  onClick: () => void;
}

export function Control({ label, sign, off, onClick }: ControlProps) {
  // A button that is off keeps the focus: aria-disabled, not disabled.
  return (
    <button
      type="button"
      class="action"
      aria-label={label}
      title={label}
      aria-disabled={off}
      onClick={() => !off && onClick()}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={signs[sign]} />
      </svg>
    </button>
  );
}
