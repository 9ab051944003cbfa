"""Official letters: drafts and issued letters, their numbers, documents, receipts and templates."""

from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = (
    """CREATE TABLE notify.letter (
        id text PRIMARY KEY,
        kind text NOT NULL,
        organ text NOT NULL,
        committee text NOT NULL,
        province text NOT NULL,
        city text NOT NULL,
        county text NOT NULL,
        tenant text NOT NULL,
        decision_id text NOT NULL,
        status text NOT NULL,
        turn integer NOT NULL CHECK (turn >= 0),
        thread text NOT NULL,
        content jsonb NOT NULL,
        drafted_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN
            ('drafted', 'edited', 'signed', 'sent', 'received', 'replied', 'withdrawn', 'discarded')),
        basis text NOT NULL CHECK (basis IN ('stands', 'ended', 'questioned', 'gone')),
        revision integer NOT NULL,
        year integer,
        number integer CHECK (number > 0),
        issued_on date,
        signed_by text NOT NULL,
        signed_at timestamptz,
        template_version text NOT NULL,
        template_sha256 text NOT NULL,
        document_sha256 text NOT NULL,
        sent_at timestamptz,
        received_at timestamptz,
        received_by text NOT NULL,
        replied_at timestamptz,
        reply text NOT NULL,
        reply_due timestamptz,
        missed_at timestamptz,
        withdraws text UNIQUE REFERENCES notify.letter (id),
        withdrawn_by text REFERENCES notify.letter (id),
        -- Two letters of one number would be two truths.
        CONSTRAINT letter_numbered_once UNIQUE (organ, year, number),
        CONSTRAINT letter_signed_by_somebody CHECK
            ((state IN ('drafted', 'edited', 'discarded')) = (signed_at IS NULL) AND
             (signed_at IS NULL) = (signed_by = '')),
        CONSTRAINT letter_withdrawn_by_a_letter CHECK ((state = 'withdrawn') = (withdrawn_by IS NOT NULL)))""",
    # One letter for each decision, turn and kind; those that take another one back are one for each of these.
    """CREATE UNIQUE INDEX letter_once ON notify.letter (decision_id, turn, kind)
        WHERE decision_id <> '' AND withdraws IS NULL""",
    # A 督办函 of one organ about one matter stands alone.
    """CREATE UNIQUE INDEX letter_supervises_once ON notify.letter (organ, thread)
        WHERE kind = 'supervision_letter' AND state IN ('signed', 'sent', 'received', 'replied')""",
    "CREATE INDEX letter_thread ON notify.letter (thread)",
    "CREATE INDEX letter_listed ON notify.letter (drafted_at DESC, id DESC)",
    "CREATE INDEX letter_to_sign ON notify.letter (drafted_at, id) WHERE state IN ('drafted', 'edited')",
    """CREATE INDEX letter_unanswered ON notify.letter (reply_due)
        WHERE state IN ('signed', 'sent') AND missed_at IS NULL AND reply_due IS NOT NULL""",
    # The last number of an organ in a year: its row is locked until the sign-off commits, so no number is ever lost.
    """CREATE TABLE notify.letter_number (
        organ text NOT NULL,
        year integer NOT NULL,
        last integer NOT NULL CHECK (last > 0),
        PRIMARY KEY (organ, year))""",
    # What was signed, byte for byte.
    """CREATE TABLE notify.letter_document (
        letter_id text PRIMARY KEY REFERENCES notify.letter (id),
        sha256 text NOT NULL,
        docx bytea NOT NULL)""",
    """CREATE TABLE notify.letter_act (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        letter_id text NOT NULL REFERENCES notify.letter (id),
        act text NOT NULL,
        author text NOT NULL CHECK (author <> ''),
        note text NOT NULL,
        acted_at timestamptz NOT NULL)""",
    "CREATE INDEX letter_act_of ON notify.letter_act (letter_id, id)",
    # A link by which an addressee signs for a letter: only the hash of its token is kept.
    """CREATE TABLE notify.receipt_link (
        token_sha256 bytea PRIMARY KEY,
        letter_id text NOT NULL REFERENCES notify.letter (id),
        notice_id text NOT NULL,
        recipient text NOT NULL,
        expires_at timestamptz NOT NULL)""",
    # Scans of signed receipts and answers on paper.
    """CREATE TABLE notify.letter_scan (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        letter_id text NOT NULL REFERENCES notify.letter (id),
        name text NOT NULL,
        media_type text NOT NULL,
        sha256 text NOT NULL,
        file bytea NOT NULL,
        author text NOT NULL CHECK (author <> ''),
        uploaded_at timestamptz NOT NULL)""",
    "CREATE INDEX letter_scan_of ON notify.letter_scan (letter_id, id)",
    # Templates that an installation uploads; the newest of an organ and form is used, older ones explain older letters.
    """CREATE TABLE notify.letter_template (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        organ text NOT NULL,
        form text NOT NULL CHECK (form IN ('letter', 'paper')),
        version text NOT NULL,
        sha256 text NOT NULL,
        docx bytea NOT NULL,
        author text NOT NULL CHECK (author <> ''),
        uploaded_at timestamptz NOT NULL,
        UNIQUE (organ, form, version))""",
    # A notice may carry a letter; it is then told under the letter's own name.
    "ALTER TABLE notify.notice ADD COLUMN letter_id text NOT NULL DEFAULT ''",
    "ALTER TABLE notify.notice DROP CONSTRAINT notice_once",
    """ALTER TABLE notify.notice ADD CONSTRAINT notice_once
        UNIQUE (decision_id, status, turn, recipient, channel, letter_id)""",
    "CREATE INDEX notice_of_letter ON notify.notice (letter_id) WHERE letter_id <> ''",
    # The moves of services.notify.core.letters.letter.TRANSITIONS; a test holds the two together.
    """CREATE FUNCTION notify.refuse_illegal_letter_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.number IS NOT NULL AND (OLD.organ, OLD.year, OLD.number) IS DISTINCT FROM
                (NEW.organ, NEW.year, NEW.number)
            THEN
                RAISE EXCEPTION 'letter %: its number never changes', OLD.id USING ERRCODE = 'check_violation';
            END IF;
            IF OLD.state = NEW.state OR (OLD.state || '>' || NEW.state) IN (
                'drafted>edited', 'drafted>signed', 'drafted>discarded',
                'edited>signed', 'edited>discarded',
                'signed>sent', 'signed>received', 'signed>replied', 'signed>withdrawn',
                'sent>received', 'sent>replied', 'sent>withdrawn',
                'received>replied', 'received>withdrawn',
                'replied>withdrawn')
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'letter %: no move from % to %', OLD.id, OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END $$""",
    """CREATE TRIGGER letter_moves BEFORE UPDATE ON notify.letter
        FOR EACH ROW EXECUTE FUNCTION notify.refuse_illegal_letter_move()""",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DELETE FROM notify.attempt a USING notify.notice n WHERE n.id = a.notice_id AND n.letter_id <> ''")
    op.execute("DELETE FROM notify.notice_act a USING notify.notice n WHERE n.id = a.notice_id AND n.letter_id <> ''")
    op.execute("DELETE FROM notify.notice WHERE letter_id <> ''")
    op.execute("ALTER TABLE notify.notice DROP CONSTRAINT notice_once")
    op.execute("ALTER TABLE notify.notice DROP COLUMN letter_id")
    op.execute(
        """ALTER TABLE notify.notice ADD CONSTRAINT notice_once
        UNIQUE (decision_id, status, turn, recipient, channel)"""
    )
    for table in ("template", "scan", "act", "document", "number"):
        op.execute(f"DROP TABLE notify.letter_{table}")
    op.execute("DROP TABLE notify.receipt_link")
    op.execute("DROP TABLE notify.letter")
    op.execute("DROP FUNCTION notify.refuse_illegal_letter_move")
